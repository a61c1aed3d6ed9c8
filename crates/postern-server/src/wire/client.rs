//! The person's device, as the calling application saw it.

use std::net::IpAddr;

use postern_app::Client;
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, OneOfBuilder, Schema, SchemaFormat, Type};

/// The person's device. The caller is a backend, so its own address says nothing of the person.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Client)]
pub(crate) struct ClientBody {
    /// Network address, IPv4 or IPv6.
    #[schema(schema_with = address, example = "192.0.2.1")]
    address: Option<IpAddr>,
    /// The browser's name for itself. Only its first 512 bytes are looked at.
    user_agent: Option<String>,
    /// Device token of an earlier accepted answer.
    device_token: Option<String>,
}

/// An address as the document has it.
fn address() -> Schema {
    let text = || ObjectBuilder::new().schema_type(Type::String);
    let of = |format| text().format(Some(SchemaFormat::KnownFormat(format)));
    let any = OneOfBuilder::new()
        .item(ObjectBuilder::new().schema_type(Type::Null))
        .item(of(KnownFormat::Ipv4))
        .item(of(KnownFormat::Ipv6));
    Schema::OneOf(any.build())
}

/// Bytes of a user agent that are kept.
const USER_AGENT: usize = 512;

/// The device as the use case takes it; nothing is known of one that is not said.
pub(crate) fn client(body: Option<ClientBody>) -> Client {
    body.map(Client::from).unwrap_or_default()
}

impl From<ClientBody> for Client {
    fn from(body: ClientBody) -> Self {
        // The person's browser chooses this text: a long one must not stand in the way of signing in.
        let user_agent = body.user_agent.map(|mut text| {
            text.truncate(text.floor_char_boundary(USER_AGENT));
            text
        });
        Self { address: body.address, user_agent, device_token: body.device_token }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_user_agent_is_cut_between_letters() {
        let body = ClientBody { address: None, user_agent: Some("ä".repeat(400)), device_token: None };
        let client = Client::from(body);
        assert_eq!(client.user_agent.map(|text| text.len()), Some(512));
        let odd = ClientBody {
            address: None,
            user_agent: Some(format!("x{}", "ä".repeat(400))),
            device_token: None,
        };
        assert_eq!(Client::from(odd).user_agent.map(|text| text.len()), Some(511));
    }
}
