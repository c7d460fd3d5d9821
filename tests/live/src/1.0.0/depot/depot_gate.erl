%% The gate, closed or open. 1.0.0: counts who passes.
-module(depot_gate).
-vsn("1.0.0").
-behaviour(gen_statem).
-export([start_link/0, open/0, pass/0]).
-export([init/1, callback_mode/0, handle_event/4]).

start_link() ->
    gen_statem:start_link({local, ?MODULE}, ?MODULE, [], []).

open() ->
    gen_statem:call(?MODULE, open).

pass() ->
    gen_statem:call(?MODULE, pass).

init([]) ->
    {ok, closed, 0}.

callback_mode() ->
    handle_event_function.

handle_event({call, From}, open, _Any, Passed) ->
    {next_state, open, Passed, {reply, From, ok}};
handle_event({call, From}, pass, open, Passed) ->
    {keep_state, Passed + 1, {reply, From, ok}};
handle_event({call, From}, pass, closed, _Passed) ->
    {keep_state_and_data, {reply, From, closed}}.
