//! Counterparts behind ports: clock, entropy, key file, anchor file, signed assertions.
//!
//! | module | what lives there | port |
//! |---|---|---|
//! | [`clock`] | the system's clock | [`postern_core::ports::Clock`] |
//! | [`entropy`] | the system's random bytes | [`postern_core::ports::Entropy`] |
//! | [`key_file`] | all keys in one text file | [`postern_core::ports::Keys`] |
//! | [`token_keys`] | keys in a token, over PKCS#11 | [`postern_core::ports::Keys`] |
//! | [`transit_keys`] | keys in a transit engine, over HTTPS | [`postern_core::ports::Keys`] |
//! | [`anchor_file`] | the anchor outside the database, in a file or on another host | [`postern_core::ports::Anchors`] |
//! | [`folder_place`] | a folder that events are shipped to | [`postern_core::ports::Place`] |
//! | [`kept_folder`] | a folder that keeps anchors and bundles for another host | [`postern_core::ports::Shelf`] |
//! | [`remote`] | an object store, and a second host | [`postern_core::ports::Cell`], [`postern_core::ports::Place`] |
//! | [`assertion`] | signed assertions of provers | [`postern_core::ports::Assertions`] |

pub mod anchor_file;
pub mod assertion;
pub mod clock;
pub mod entropy;
mod file;
mod file_fault;
pub mod folder_place;
pub mod kept_folder;
pub mod key_file;
mod place;
pub mod remote;
pub mod token_keys;
pub mod transit_keys;

pub use file_fault::FileFault;
pub use place::Place;
