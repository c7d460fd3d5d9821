%% Knows the parcels in the depot. 1.2.0: each has a zone, and the state is a map throughout.
-module(depot_server).
-vsn("1.2.0").
-behaviour(gen_server).
-export([start_link/0, store/3, hand_out/1, due/1]).
-export([init/1, handle_call/3, handle_cast/2, code_change/3]).

start_link() ->
    gen_server:start_link({local, ?MODULE}, ?MODULE, [], []).

store(Id, Grams, Zone) ->
    gen_server:call(?MODULE, {store, Id, #{grams => Grams, zone => Zone}}).

hand_out(Id) ->
    gen_server:call(?MODULE, {hand_out, Id}).

due(Id) ->
    gen_server:call(?MODULE, {due, Id}).

init([]) ->
    {ok, #{parcels => #{}, handed_out => 0}}.

handle_call({store, Id, Parcel}, _From, #{parcels := Parcels} = State) ->
    {reply, ok, State#{parcels := Parcels#{Id => Parcel}}};
handle_call({hand_out, Id}, _From, #{parcels := Parcels, handed_out := Count} = State) ->
    {reply, ok, State#{parcels := maps:remove(Id, Parcels), handed_out := Count + 1}};
handle_call({due, Id}, _From, #{parcels := Parcels} = State) ->
    #{Id := Parcel} = Parcels,
    {reply, depot_rates:due(Parcel), State}.

handle_cast(_Message, State) ->
    {noreply, State}.

%% The appup says which zone the parcels of older versions belong to.
code_change("1.0.0", {state, Parcels}, Extra) ->
    {ok, #{parcels => with_zone(maps:from_list(Parcels), Extra), handed_out => 0}};
code_change("1.1.0", {state, Parcels, Count}, Extra) ->
    {ok, #{parcels => with_zone(Parcels, Extra), handed_out => Count}};
code_change({down, "1.1.0"}, #{parcels := Parcels, handed_out := Count}, _Extra) ->
    {ok, {state, without_zone(Parcels), Count}};
code_change({down, "1.0.0"}, #{parcels := Parcels}, _Extra) ->
    {ok, {state, lists:sort(maps:to_list(without_zone(Parcels)))}}.

with_zone(Parcels, [{zone, Zone}]) ->
    maps:map(fun(_Id, Grams) -> #{grams => Grams, zone => Zone} end, Parcels).

without_zone(Parcels) ->
    maps:map(fun(_Id, #{grams := Grams}) -> Grams end, Parcels).
