%% The scale remembers what it weighed. Since 1.1.0.
-module(depot_scale).
-behaviour(gen_server).
-export([start_link/0, weigh/1]).
-export([init/1, handle_call/3, handle_cast/2]).

start_link() ->
    gen_server:start_link({local, ?MODULE}, ?MODULE, [], []).

weigh(Grams) ->
    gen_server:call(?MODULE, Grams).

init([]) ->
    {ok, []}.

handle_call(Grams, _From, Known) ->
    {reply, length(Known) + 1, [Grams | Known]}.

handle_cast(_Message, Known) ->
    {noreply, Known}.
