%% The application: starts its supervisor.
-module(depot_fax_app).
-behaviour(application).
-export([start/2, stop/1]).

start(_Type, _Args) ->
    depot_fax_sup:start_link().

stop(_State) ->
    ok.
