%% The label of a parcel. 1.1.0: both prices, which the rates of 1.0.0 do not know.
-module(depot_labels).
-export([label/2]).

label(Id, Grams) ->
    {Id, [{Distance, depot_rates:price(Grams, Distance)} || Distance <- [near, far]]}.
