%% Remembers which parcels were seen.
-module(depot_track_store).
-behaviour(gen_server).
-export([start_link/0, seen/1]).
-export([init/1, handle_call/3, handle_cast/2]).

start_link() ->
    gen_server:start_link({local, ?MODULE}, ?MODULE, [], []).

seen(Id) ->
    gen_server:call(?MODULE, Id).

init([]) ->
    {ok, []}.

handle_call(Id, _From, Known) ->
    {reply, length(Known) + 1, [Id | Known]}.

handle_cast(_Message, Known) ->
    {noreply, Known}.
