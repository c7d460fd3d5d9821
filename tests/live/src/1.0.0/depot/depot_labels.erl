%% The label of a parcel. 1.0.0: with the paper it goes on.
-module(depot_labels).
-export([label/2]).

label(Id, Grams) ->
    {Id, depot_rates:price(Grams), depot_paper:size()}.
