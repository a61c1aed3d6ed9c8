//! A place among the requests that are worked on. While a body is awaited it is somebody else's: anybody can begin to send one.

use std::sync::{Arc, Mutex, PoisonError};

use postern_app::Problem;
use tokio::sync::OwnedSemaphorePermit;

use crate::problem::Refusal;
use crate::service::Shared;

/// A request's place; with the last of its clones it is free.
#[derive(Clone)]
pub(crate) struct Place(Arc<Held>);

struct Held {
    service: Shared,
    permit: Mutex<Option<OwnedSemaphorePermit>>,
}

impl Place {
    /// A place, if one is free.
    pub(crate) fn take(service: &Shared) -> Result<Self, Refusal> {
        let place = Self(Arc::new(Held { service: Arc::clone(service), permit: Mutex::default() }));
        place.come_back()?;
        Ok(place)
    }

    /// Leaves it to others.
    pub(crate) fn leave(&self) {
        self.permit(None);
    }

    /// Has one again, if one is free.
    pub(crate) fn come_back(&self) -> Result<(), Refusal> {
        let service = &self.0.service;
        let Ok(permit) = Arc::clone(&service.places).try_acquire_owned() else {
            service.metrics.refused_as_busy();
            return Err(Refusal::App(Problem::Unavailable));
        };
        self.permit(Some(permit));
        Ok(())
    }

    fn permit(&self, permit: Option<OwnedSemaphorePermit>) {
        *self.0.permit.lock().unwrap_or_else(PoisonError::into_inner) = permit;
    }
}
