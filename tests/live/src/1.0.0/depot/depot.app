{application, depot,
 [{description, "A parcel depot"},
  {vsn, "1.0.0"},
  {modules, [depot_app, depot_sup, depot_server, depot_gate, depot_log_handler,
             depot_clerk, depot_labels, depot_rates, depot_paper]},
  {registered, [depot_sup, depot_events, depot_server, depot_gate, depot_clerk]},
  {applications, [kernel, stdlib]},
  {env, [{bays, 1}]},
  {mod, {depot_app, []}}]}.
