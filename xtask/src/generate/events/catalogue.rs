//! Reading the tables of facts: event name, variant, payload.

use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::{Attribute, Ident, Item, LitStr, Token, Type, braced, bracketed, parenthesized};

use super::super::rust::{Source, named};
use crate::Done;

/// An event of the catalogue.
pub(super) struct Event {
    /// Its type.
    pub(super) name: String,
    /// What it is about.
    pub(super) record: String,
    /// The enum of facts that it is one of, and which.
    pub(super) enumeration: String,
    pub(super) variant: String,
    /// The payload's type, and the file of the table.
    pub(super) payload: String,
    pub(super) path: String,
    /// Whether it says that what was attempted did not come about.
    pub(super) fails: bool,
}

/// Every event, in the order of the tables.
pub(super) fn events(core: &[Source]) -> Done<Vec<Event>> {
    let mut found = Vec::new();
    for source in core {
        for item in &source.items {
            let Item::Macro(table) = item else { continue };
            if table.ident.is_some() || !table.mac.path.is_ident("facts") {
                continue;
            }
            let table: Table = table.mac.parse_body().map_err(|fault| {
                format!("the table of facts in {} could not be read: {fault}", source.path)
            })?;
            found.extend(table.events(&source.path));
        }
    }
    Ok(found)
}

/// `Name { "event" => Variant(Payload), … } failures ["event", …]`.
struct Table {
    name: Ident,
    lines: Punctuated<Line, Token![,]>,
    failures: Punctuated<LitStr, Token![,]>,
}

struct Line {
    event: LitStr,
    variant: Ident,
    payload: Type,
}

impl Table {
    fn events(self, path: &str) -> Vec<Event> {
        let enumeration = self.name.to_string();
        let record = enumeration.trim_end_matches("Fact").to_lowercase();
        let failures: Vec<_> = self.failures.iter().map(LitStr::value).collect();
        let each = self.lines.into_iter().map(|line| {
            let name = line.event.value();
            let payload = named(&line.payload);
            let payload = if payload.name == "Box" { payload.of.into_iter().next() } else { Some(payload) };
            Event {
                fails: failures.contains(&name),
                name,
                record: record.clone(),
                enumeration: enumeration.clone(),
                variant: line.variant.to_string(),
                payload: payload.map(|payload| payload.name).unwrap_or_default(),
                path: path.to_owned(),
            }
        });
        each.collect()
    }
}

impl Parse for Table {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        Attribute::parse_outer(input)?;
        let name = input.parse()?;
        let (lines, failures);
        braced!(lines in input);
        let lines = lines.parse_terminated(Line::parse, Token![,])?;
        input.parse::<Ident>()?;
        bracketed!(failures in input);
        let failures = failures.parse_terminated(|one: ParseStream<'_>| one.parse::<LitStr>(), Token![,])?;
        Ok(Self { name, lines, failures })
    }
}

impl Parse for Line {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let event = input.parse()?;
        input.parse::<Token![=>]>()?;
        let variant = input.parse()?;
        let payload;
        parenthesized!(payload in input);
        Ok(Self { event, variant, payload: payload.parse()? })
    }
}
