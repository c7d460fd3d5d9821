%% Knows the parcels in the depot. 1.0.0: a list of them.
-module(depot_server).
-vsn("1.0.0").
-behaviour(gen_server).
-export([start_link/0, store/2, hand_out/1]).
-export([init/1, handle_call/3, handle_cast/2]).

-record(state, {parcels = [] :: [{atom(), pos_integer()}]}).

start_link() ->
    gen_server:start_link({local, ?MODULE}, ?MODULE, [], []).

store(Id, Grams) ->
    gen_server:call(?MODULE, {store, Id, Grams}).

hand_out(Id) ->
    gen_server:call(?MODULE, {hand_out, Id}).

init([]) ->
    {ok, #state{}}.

handle_call({store, Id, Grams}, _From, #state{parcels = Parcels}) ->
    {reply, ok, #state{parcels = lists:keystore(Id, 1, Parcels, {Id, Grams})}};
handle_call({hand_out, Id}, _From, #state{parcels = Parcels}) ->
    {reply, ok, #state{parcels = lists:keydelete(Id, 1, Parcels)}}.

handle_cast(_Message, State) ->
    {noreply, State}.
