//! Asking the key service: off the async threads if it waits for something outside the process.

use std::sync::Arc;

use postern_core::ports::{Keys, KeysUnavailable};

use crate::app::App;

impl App {
    /// Asks the key service.
    pub(crate) async fn ask_keys<T: Send + 'static>(
        &self,
        ask: impl FnOnce(&dyn Keys) -> Result<T, KeysUnavailable> + Send + 'static,
    ) -> Result<T, KeysUnavailable> {
        if !self.ports.keys.waits() {
            return ask(&*self.ports.keys);
        }
        let keys = Arc::clone(&self.ports.keys);
        let asked = tokio::task::spawn_blocking(move || ask(&*keys)).await;
        asked.map_err(|fault| KeysUnavailable(fault.to_string()))?
    }
}
