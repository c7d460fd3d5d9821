%% What a parcel costs. 1.1.0: by weight and distance.
-module(depot_rates).
-export([price/1, price/2]).

price(Grams) ->
    price(Grams, near).

price(Grams, near) -> 100 + Grams div 10;
price(Grams, far) -> 250 + Grams div 5.
