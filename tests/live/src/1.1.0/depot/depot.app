{application, depot,
 [{description, "A parcel depot"},
  {vsn, "1.1.0"},
  {modules, [depot_app, depot_sup, depot_server, depot_gate, depot_log_handler,
             depot_clerk, depot_scale, depot_labels, depot_rates]},
  {registered, [depot_sup, depot_events, depot_server, depot_gate, depot_clerk, depot_scale]},
  {applications, [kernel, stdlib]},
  {env, [{bays, 1}]},
  {mod, {depot_app, []}}]}.
