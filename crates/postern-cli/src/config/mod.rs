//! Configuration: one TOML file, one section per concern, safe values for everything that is absent.

mod elsewhere;
mod limits;
mod place;
mod placed;
mod sections;
mod source;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

pub(crate) use elsewhere::{Evidence, Host, S3, Witness};
pub(crate) use limits::Limits;
pub(crate) use place::Place;
use placed::is_inside;
pub use placed::spelled;
pub(crate) use sections::{
    Anchor, Installation, Keys, Log, Pkcs11, Retention, Server, Shipping, Store, Tls, Transit,
};
use serde::{Deserialize, Serialize};
pub(crate) use source::Source;

use crate::failure::Failure;

/// The commented reference: every setting with its shipped value.
pub(crate) const REFERENCE: &str = include_str!("../../reference/postern.toml");

/// What is said of a database that is not on this machine.
pub(crate) const TOO_FAR: &str = "names another machine. Without TLS a database is spoken to over a Unix socket or a \
     loopback address only: say whose certificate it shows (store.postgres_authority), or put a tunnel on this machine \
     in front";

/// A whole configuration.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Config {
    pub(crate) installation: Installation,
    pub(crate) server: Server,
    pub(crate) limits: Limits,
    pub(crate) store: Store,
    pub(crate) keys: Keys,
    pub(crate) anchor: Anchor,
    pub(crate) shipping: Shipping,
    pub(crate) retention: Retention,
    pub(crate) evidence: Evidence,
    pub(crate) log: Log,
}

impl Config {
    /// Reads and checks a file. Paths in it are relative to its folder.
    pub(crate) fn read(path: &Path) -> Result<Self, Failure> {
        let text = std::fs::read_to_string(path).map_err(|fault| {
            Failure::Usage(format!(
                "the configuration {} could not be read: {fault}. `postern init FOLDER` makes one; --config names another",
                path.display()
            ))
        })?;
        let folder = path.parent().map(Path::to_path_buf).unwrap_or_default();
        let folder =
            std::path::absolute(if folder.as_os_str().is_empty() { PathBuf::from(".") } else { folder })
                .map_err(Failure::refused)?;
        toml::from_str::<Self>(&text)
            .map_err(|fault| Failure::Usage(format!("{} does not fit: {fault}", path.display())))?
            .within(&folder)
    }

    /// What would break a promise is refused with what to do instead.
    pub(crate) fn check(&self) -> Result<(), Failure> {
        let wrong = |what: String| Err(Failure::Usage(what));
        let keys = &self.keys;
        let files = [
            ("keys.file", keys.file.path()),
            ("keys.passphrase_file", keys.passphrase_file.as_ref().and_then(Source::path)),
            ("keys.pkcs11.pin_file", keys.pkcs11.as_ref().and_then(|token| token.pin_file.path())),
            ("keys.transit.token_file", keys.transit.as_ref().and_then(|engine| engine.token_file.path())),
            ("anchor.file", Some(self.anchor.file.as_path())),
            ("shipping.folder", self.shipping.folder.as_deref()),
        ];
        let keepers = [keys.passphrase_file.is_some(), keys.pkcs11.is_some(), keys.transit.is_some()];
        if keepers.into_iter().filter(|named| *named).count() > 1 {
            return wrong(
                "keys.passphrase_file, keys.pkcs11 and keys.transit exclude each other: a token or an engine seals its key file itself"
                    .to_owned(),
            );
        }
        self.check_elsewhere()?;
        for (name, path) in files {
            if path.is_some_and(|path| is_inside(path, &self.store.data)) {
                return wrong(format!(
                    "{name} is inside the data folder: whoever copies the one would have the other. Put it elsewhere"
                ));
            }
        }
        if self.server.tls.is_none() && !is_loopback(self.server.listen) {
            return wrong(format!(
                "server.listen = {} is not a loopback address, and without server.tls the service speaks plain HTTP, to this machine only. Give it a certificate, or put a TLS proxy in front of it",
                self.server.listen
            ));
        }
        if let Place::Address(address) = self.server.admin
            && !is_loopback(address)
        {
            return wrong(format!(
                "server.admin = {address} is not a loopback address. Health and metrics are plain HTTP, for this machine only"
            ));
        }
        if let Some(tls) = self.server.tls.as_ref().filter(|tls| tls.client_authority.is_none()) {
            let needs = |name| wrong(format!("server.tls.{name} needs server.tls.client_authority"));
            if tls.require_client_certificate {
                return needs("require_client_certificate");
            }
            if tls.client_revocations.is_some() {
                return needs("client_revocations");
            }
        }
        if let Err(too_short) = self.retention.check() {
            return wrong(too_short);
        }
        if let Err(out_of_bounds) = self.limits().check() {
            return wrong(out_of_bounds);
        }
        let secured = self.store.postgres_authority.is_some();
        if !secured
            && self.store.postgres.as_deref().is_some_and(postern_store::postgres::leaves_this_machine)
        {
            return wrong(format!("store.postgres {TOO_FAR}"));
        }
        let name = &self.installation.name;
        if name.is_empty()
            || name.len() > 200
            || !name.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'+')
        {
            return wrong(
                "installation.name is a host name, with a path if it needs one, such as postern.example"
                    .to_owned(),
            );
        }
        if !["error", "warn", "info", "debug", "trace"].contains(&self.log.level.as_str()) {
            return wrong("log.level is error, warn, info, debug or trace".to_owned());
        }
        Ok(())
    }
}

impl Config {
    /// One place each, and no secret of one where it would open the other.
    fn check_elsewhere(&self) -> Result<(), Failure> {
        let (anchor, shipping) = (&self.anchor, &self.shipping);
        let places = [shipping.folder.is_some(), shipping.s3.is_some(), shipping.host.is_some()].into_iter();
        if anchor.s3.is_some() && anchor.host.is_some() {
            return Err(Failure::Usage("anchor.s3 and anchor.host exclude each other".to_owned()));
        }
        if places.filter(|named| *named).count() > 1 {
            return Err(Failure::Usage(
                "shipping.folder, shipping.s3 and shipping.host exclude each other".to_owned(),
            ));
        }
        let secrets = [
            anchor.s3.as_ref().map(|s3| &s3.credentials_file),
            anchor.host.as_ref().map(|host| &host.token_file),
            shipping.s3.as_ref().map(|s3| &s3.credentials_file),
            shipping.host.as_ref().map(|host| &host.token_file),
        ];
        let secrets: Vec<&Source> = secrets.into_iter().flatten().collect();
        if let [one, other] = *secrets.as_slice()
            && one == other
        {
            return Err(Failure::Usage(
                "the anchor and what is shipped have the same credentials: whoever has the ones could set the other back. Make two"
                    .to_owned(),
            ));
        }
        let inside =
            secrets.iter().any(|secret| secret.path().is_some_and(|path| is_inside(path, &self.store.data)));
        if inside {
            return Err(Failure::Usage(
                "credentials of another host are inside the data folder: whoever copies the one would have the other. Put them elsewhere"
                    .to_owned(),
            ));
        }
        for witness in &self.evidence.witnesses {
            witness.key()?;
        }
        for host in [&anchor.host, &shipping.host].into_iter().flatten() {
            host.settings()?;
        }
        Ok(())
    }

    /// The limits, with what a configuration of the release before says of them.
    pub(crate) fn limits(&self) -> Limits {
        let (before, mut limits) = (&self.server, self.limits.clone());
        limits.requests = before.requests.unwrap_or(limits.requests);
        limits.deadline_seconds = before.deadline_seconds.unwrap_or(limits.deadline_seconds);
        limits
    }
}

fn is_loopback(address: SocketAddr) -> bool {
    address.ip().is_loopback()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reference_is_what_an_empty_file_means() {
        assert_eq!(toml::from_str::<Config>(REFERENCE).unwrap(), Config::default());
        assert_eq!(toml::from_str::<Config>("").unwrap(), Config::default());
    }

    #[test]
    fn what_breaks_a_promise_is_refused() {
        let refused = |text: &str| {
            toml::from_str::<Config>(text).map_err(|_| ()).and_then(|config| config.check().map_err(|_| ()))
        };
        assert!(refused("[server]\nlisten = \"0.0.0.0:80\"").is_err());
        assert!(refused("[keys]\nfile = \"data/keys\"").is_err());
        assert!(refused("[keys]\nfile = \"x/../data/./keys\"").is_err());
        assert!(refused("[keys]\nfile = \"x/../database/keys\"").is_ok());
        assert!(refused("[keys]\npassphrase_file = \"data/p\"").is_err());
        assert!(refused("[keys]\nfile = { credential = \"keys\", file = \"keys\" }").is_err());
        assert!(refused("[keys]\nfile = { credential = \"keys\" }").is_ok());
        let token = "pkcs11 = { module = \"/m.so\", token = \"t\", pin_file = \"pin\" }";
        assert!(refused(&format!("[keys]\n{token}")).is_ok());
        assert!(refused(&format!("[keys]\n{token}\npassphrase_file = \"p\"")).is_err());
        assert!(refused(&format!("[keys]\n{}", token.replace("\"pin\"", "\"data/pin\""))).is_err());
        let engine = "transit = { url = \"https://bao.example/v1/transit\", token_file = \"token\" }";
        assert!(refused(&format!("[keys]\n{engine}")).is_ok());
        assert!(refused(&format!("[keys]\n{engine}\n{token}")).is_err());
        assert!(refused(&format!("[keys]\n{}", engine.replace("\"token\"", "\"data/token\""))).is_err());
        assert!(refused("[keys]\npassphrase = \"correct horse\"").is_err());
        for (setting, most) in [("requests", 65_536), ("deadline_seconds", 300)] {
            let with = |value: u32| refused(&format!("[server]\n{setting} = {value}"));
            assert!(with(0).is_err() && with(1).is_ok() && with(most).is_ok() && with(most + 1).is_err());
            assert!(REFERENCE.contains(&format!("1 to {most}")), "the reference does not name the bounds");
        }
        assert!(refused("[anchor]\nfile = \"data/a/b\"").is_err());
        assert!(refused("[shipping]\nfolder = \"data/shipped\"").is_err());
        assert!(refused("[shipping]\nfolder = \"/mnt/shipped\"").is_ok());
        let host =
            |file: &str| format!("host = {{ url = \"https://second.example\", token_file = \"{file}\" }}");
        let s3 = |file: &str| {
            format!(
                "s3 = {{ endpoint = \"https://s3.example\", bucket = \"postern\", credentials_file = \"{file}\" }}"
            )
        };
        assert!(refused(&format!("[anchor]\n{}\n[shipping]\n{}", host("a"), host("b"))).is_ok());
        assert!(refused(&format!("[anchor]\n{}\n[shipping]\n{}", host("a"), host("a"))).is_err());
        assert!(refused(&format!("[anchor]\n{}\n[shipping]\n{}", s3("a"), s3("a"))).is_err());
        assert!(refused(&format!("[anchor]\n{}\n{}", host("a"), s3("b"))).is_err());
        assert!(refused(&format!("[shipping]\nfolder = \"/mnt\"\n{}", s3("b"))).is_err());
        assert!(refused(&format!("[shipping]\n{}", s3("data/secret"))).is_err());
        assert!(refused(&format!("[shipping]\n{}", s3("x/../data/secret"))).is_err());
        assert!(refused("[shipping]\ns3 = { secret = \"x\" }").is_err());
        assert!(refused(&format!("[anchor]\n{}", host("a").replace(" }", ", key = \"k\" }"))).is_err());
        assert!(refused("[server]\nlisen = \"127.0.0.1:80\"").is_err());
        for (days, taken) in [(0, true), (1, false), (399, false), (400, true), (3650, true)] {
            assert_eq!(refused(&format!("[retention]\nevents_days = {days}")).is_ok(), taken, "{days}");
        }
        assert!(refused("[installation]\nname = \"two words\"").is_err());
        assert!(refused("[store]\npostgres = \"host=db.example dbname=postern\"").is_err());
        assert!(refused("[store]\npostgres = \"host=127.0.0.1,10.0.0.1 dbname=postern\"").is_err());
        assert!(refused("[store]\npostgres = \"host=/run/postgresql dbname=postern\"").is_ok());
        assert!(refused("[store]\npostgres = \"host=127.0.0.1 dbname=postern\"").is_ok());
        let tls = "tls = { certificate = \"c.pem\", key = \"k.pem\"";
        assert!(refused(&format!("[server]\nlisten = \"0.0.0.0:443\"\n{tls} }}")).is_ok());
        assert!(refused(&format!("[server]\nadmin = \"0.0.0.0:80\"\n{tls} }}")).is_err());
        assert!(refused("[server]\nadmin = \"unix:/run/postern/admin.sock\"").is_ok());
        assert!(refused("[server]\nadmin = \"/run/postern/admin.sock\"").is_err());
        assert!(refused(&format!("[server]\n{tls}, client_revocations = \"l.pem\" }}")).is_err());
        assert!(refused(&format!("[server]\n{tls}, require_client_certificate = true }}")).is_err());
        assert!(refused("[limits]\nbody_bytes = 0").is_err());
        assert!(refused("[server]\nrequests = 0").is_err());
        let far = "[store]\npostgres = \"host=db.example\"";
        assert!(refused(&format!("{far}\npostgres_authority = \"ca.pem\"")).is_ok());
        assert!(refused("").is_ok());
    }
}
