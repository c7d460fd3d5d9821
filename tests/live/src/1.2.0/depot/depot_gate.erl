%% The gate, closed or open. 1.2.0: it reports whether it is open; nothing changes in its state.
-module(depot_gate).
-vsn("1.2.0").
-behaviour(gen_statem).
-export([start_link/0, open/0, pass/0, is_open/0]).
-export([init/1, callback_mode/0, handle_event/4, code_change/4]).

start_link() ->
    gen_statem:start_link({local, ?MODULE}, ?MODULE, [], []).

open() ->
    gen_statem:call(?MODULE, {open, 1}).

pass() ->
    gen_statem:call(?MODULE, pass).

is_open() ->
    gen_statem:call(?MODULE, is_open).

init([]) ->
    {ok, closed, #{passed => 0}}.

callback_mode() ->
    handle_event_function.

handle_event({call, From}, {open, Bay}, _Any, Data) ->
    {next_state, {open, Bay}, Data, {reply, From, ok}};
handle_event({call, From}, pass, {open, _Bay}, #{passed := Passed}) ->
    {keep_state, #{passed => Passed + 1}, {reply, From, ok}};
handle_event({call, From}, pass, closed, _Data) ->
    {keep_state_and_data, {reply, From, closed}};
handle_event({call, From}, is_open, State, _Data) ->
    {keep_state_and_data, {reply, From, State =/= closed}}.

code_change("1.0.0", State, Passed, _Extra) ->
    {ok, opened(State), #{passed => Passed}};
code_change({down, "1.0.0"}, State, #{passed := Passed}, _Extra) ->
    {ok, plain(State), Passed}.

opened(open) -> {open, 1};
opened(closed) -> closed.

plain({open, _Bay}) -> open;
plain(closed) -> closed.
