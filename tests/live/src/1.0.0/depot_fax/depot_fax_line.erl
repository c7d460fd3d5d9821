%% The line that takes orders by fax.
-module(depot_fax_line).
-behaviour(gen_server).
-export([start_link/0, order/1]).
-export([init/1, handle_call/3, handle_cast/2]).

start_link() ->
    gen_server:start_link({local, ?MODULE}, ?MODULE, [], []).

order(Text) ->
    gen_server:call(?MODULE, Text).

init([]) ->
    {ok, []}.

handle_call(Text, _From, Known) ->
    {reply, length(Known) + 1, [Text | Known]}.

handle_cast(_Message, Known) ->
    {noreply, Known}.
