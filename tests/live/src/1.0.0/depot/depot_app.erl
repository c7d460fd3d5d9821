%% The application: starts the supervisor and the log of events.
-module(depot_app).
-behaviour(application).
-export([start/2, stop/1]).

start(_Type, _Args) ->
    {ok, Pid} = depot_sup:start_link(),
    ok = gen_event:add_handler(depot_events, depot_log_handler, []),
    {ok, Pid}.

stop(_State) ->
    ok.
