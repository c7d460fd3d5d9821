%% The application: starts its supervisor.
-module(depot_track_app).
-behaviour(application).
-export([start/2, stop/1]).

start(_Type, _Args) ->
    depot_track_sup:start_link().

stop(_State) ->
    ok.
