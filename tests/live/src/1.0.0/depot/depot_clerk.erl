%% The clerk notes who came. In 1.0.0 and 1.1.0 only.
-module(depot_clerk).
-behaviour(gen_server).
-export([start_link/0, note/1]).
-export([init/1, handle_call/3, handle_cast/2]).

start_link() ->
    gen_server:start_link({local, ?MODULE}, ?MODULE, [], []).

note(Name) ->
    gen_server:call(?MODULE, Name).

init([]) ->
    {ok, []}.

handle_call(Name, _From, Known) ->
    {reply, length(Known) + 1, [Name | Known]}.

handle_cast(_Message, Known) ->
    {noreply, Known}.
