%% Writes down the events of the depot. 1.0.0: a list of them.
-module(depot_log_handler).
-vsn("1.0.0").
-behaviour(gen_event).
-export([init/1, handle_event/2, handle_call/2]).

init([]) ->
    {ok, []}.

handle_event(Event, Events) ->
    {ok, [Event | Events]}.

handle_call(last, Events) ->
    {ok, hd(Events), Events}.
