//! HTTP: routes, problems, OpenAPI, metrics, limits.
