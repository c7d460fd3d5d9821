%% Knows the parcels in the depot. 1.1.0: a map of them, and how many were handed out.
-module(depot_server).
-vsn("1.1.0").
-behaviour(gen_server).
-export([start_link/0, store/2, hand_out/1]).
-export([init/1, handle_call/3, handle_cast/2, code_change/3]).

-record(state, {parcels = #{} :: #{atom() => pos_integer()}, handed_out = 0 :: non_neg_integer()}).

start_link() ->
    gen_server:start_link({local, ?MODULE}, ?MODULE, [], []).

store(Id, Grams) ->
    gen_server:call(?MODULE, {store, Id, Grams}).

hand_out(Id) ->
    gen_server:call(?MODULE, {hand_out, Id}).

init([]) ->
    {ok, #state{}}.

handle_call({store, Id, Grams}, _From, #state{parcels = Parcels} = State) ->
    {reply, ok, State#state{parcels = Parcels#{Id => Grams}}};
handle_call({hand_out, Id}, _From, #state{parcels = Parcels, handed_out = Count}) ->
    {reply, ok, #state{parcels = maps:remove(Id, Parcels), handed_out = Count + 1}}.

handle_cast(_Message, State) ->
    {noreply, State}.

code_change("1.0.0", {state, Parcels}, _Extra) ->
    {ok, #state{parcels = maps:from_list(Parcels)}};
code_change({down, "1.0.0"}, #state{parcels = Parcels}, _Extra) ->
    {ok, {state, lists:sort(maps:to_list(Parcels))}}.
