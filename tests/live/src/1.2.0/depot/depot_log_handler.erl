%% Writes down the events of the depot. 1.2.0: another answer, the same state.
-module(depot_log_handler).
-vsn("1.2.0").
-behaviour(gen_event).
-export([init/1, handle_event/2, handle_call/2, code_change/3]).

init([]) ->
    {ok, {0, []}}.

handle_event(Event, {Count, Events}) ->
    {ok, {Count + 1, [Event | Events]}}.

handle_call(last, {Count, [Event | _]} = State) ->
    {ok, #{count => Count, event => Event}, State}.

code_change("1.0.0", Events, _Extra) ->
    {ok, {length(Events), Events}};
code_change({down, "1.0.0"}, {_Count, Events}, _Extra) ->
    {ok, Events}.
