//! `/livez`, `/readyz` and `/metrics`.

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::extract::State as Shared;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use axum::routing::get;
use serde_json::Value;
use tokio::net::TcpListener;

use super::Health;
use super::connection::Bounded;
use crate::events;
use crate::metrics::Metrics;

/// What OpenMetrics asks for.
const METRICS_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// The HTTP server could not start or broke down.
#[derive(Debug, thiserror::Error)]
pub enum HealthError {
    #[error(
        "cannot listen on {listen}: the port is in use; stop the other process, or choose another with http.listen (empty: no server)"
    )]
    PortInUse { listen: String },
    #[error(
        "cannot listen on {listen}: {source}; choose another address with http.listen (empty: no server)"
    )]
    Listen { listen: String, source: io::Error },
    #[error("the HTTP server broke down: {0}; restart the worker")]
    Served(io::Error),
}

/// Serves on `listen` (an address and a port) until `shutdown` is ready.
///
/// # Errors
/// The address cannot be bound, or the server broke down.
pub async fn serve(
    listen: &str,
    health: Health,
    metrics: Arc<Metrics>,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> Result<(), HealthError> {
    serve_on(bind(listen).await?, health, metrics, shutdown).await
}

/// Binds the address, so that a port in use is known before anything else starts.
///
/// # Errors
/// The address cannot be bound.
pub async fn bind(listen: &str) -> Result<TcpListener, HealthError> {
    let bound = match listen.parse::<SocketAddr>() {
        Ok(address) => TcpListener::bind(address).await,
        Err(error) => Err(io::Error::new(io::ErrorKind::InvalidInput, error)),
    };
    bound.map_err(|source| match source.kind() {
        io::ErrorKind::AddrInUse => HealthError::PortInUse { listen: listen.to_owned() },
        _ => HealthError::Listen { listen: listen.to_owned(), source },
    })
}

/// Serves on a bound address until `shutdown` is ready.
///
/// # Errors
/// The server broke down.
pub async fn serve_on(
    listener: TcpListener,
    health: Health,
    metrics: Arc<Metrics>,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> Result<(), HealthError> {
    if let Ok(address) = listener.local_addr() {
        let message = format!("probes and metrics are served at http://{address}");
        events::emit(&events::HTTP_LISTENING, &message, &[("address", Value::from(address.to_string()))]);
    }
    let router = Router::new()
        .route("/livez", get(livez))
        .route("/readyz", get(readyz))
        .route("/metrics", get(exposition))
        .with_state((health, metrics));
    // A connection that is kept open by its client must not hold up the end, so the future is dropped instead of drained.
    let served = std::future::IntoFuture::into_future(axum::serve(Bounded::new(listener), router));
    tokio::select! {
        result = served => result.map_err(HealthError::Served),
        () = shutdown => Ok(()),
    }
}

type Context = Shared<(Health, Arc<Metrics>)>;

async fn livez(Shared((health, _)): Context) -> (StatusCode, String) {
    let stalled = health.stalled();
    if stalled.is_empty() {
        return (StatusCode::OK, "alive\n".to_owned());
    }
    let lines = stalled.iter().map(|(name, seconds)| format!("stalled: {name}, for {seconds} s\n"));
    (StatusCode::SERVICE_UNAVAILABLE, lines.collect())
}

async fn readyz(Shared((health, _)): Context) -> (StatusCode, String) {
    match health.readiness() {
        Ok(()) => (StatusCode::OK, "ready\n".to_owned()),
        Err(reason) => (StatusCode::SERVICE_UNAVAILABLE, format!("{reason}\n")),
    }
}

async fn exposition(Shared((_, metrics)): Context) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, METRICS_TYPE)], metrics.encode())
}
