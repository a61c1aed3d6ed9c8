//! Reading the product's sources: doc comments, types, and where they lie.

use std::fs;
use std::path::Path;

use syn::{Attribute, Expr, ExprLit, Fields, GenericArgument, Item, Lit, Meta, PathArguments, Type};

use crate::Done;
use crate::place::root;

/// A source file, read.
pub(super) struct Source {
    /// Its path from the root.
    pub(super) path: String,
    /// What stands in it.
    pub(super) items: Vec<Item>,
}

/// Every source file below a folder, in the order of their paths.
pub(super) fn sources(folder: &str) -> Done<Vec<Source>> {
    let mut found = Vec::new();
    read(&root().join(folder), &mut found)?;
    found.sort_by(|one, other| one.path.cmp(&other.path));
    Ok(found)
}

fn read(folder: &Path, found: &mut Vec<Source>) -> Done {
    let unread = |fault: &dyn std::fmt::Display| format!("{} could not be read: {fault}", folder.display());
    for entry in fs::read_dir(folder).map_err(|fault| unread(&fault))? {
        let path = entry.map_err(|fault| unread(&fault))?.path();
        if path.is_dir() {
            read(&path, found)?;
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path).map_err(|fault| unread(&fault))?;
            let file = syn::parse_file(&text).map_err(|fault| unread(&fault))?;
            let path = path.strip_prefix(root()).unwrap_or(&path).display().to_string();
            found.push(Source { path, items: file.items });
        }
    }
    Ok(())
}

/// The doc comment, as one line.
pub(super) fn doc(attributes: &[Attribute]) -> String {
    let lines = attributes.iter().filter_map(|attribute| match &attribute.meta {
        Meta::NameValue(pair) if pair.path.is_ident("doc") => match &pair.value {
            Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => Some(text.value().trim().to_owned()),
            _ => None,
        },
        _ => None,
    });
    lines.collect::<Vec<_>>().join(" ")
}

/// A type: its name, and what it is made of.
pub(super) struct Named {
    pub(super) name: String,
    pub(super) of: Vec<Self>,
}

impl Named {
    fn plain(name: &str) -> Self {
        Self { name: name.to_owned(), of: Vec::new() }
    }

    /// What it is made of, if that is one thing.
    pub(super) fn inner(&self) -> Option<&Self> {
        self.of.first()
    }
}

/// Reads a type.
pub(super) fn named(of: &Type) -> Named {
    let Type::Path(path) = of else { return Named::plain("…") };
    let Some(last) = path.path.segments.last() else { return Named::plain("…") };
    let name = last.ident.to_string();
    let PathArguments::AngleBracketed(arguments) = &last.arguments else { return Named::plain(&name) };
    let of = arguments.args.iter().map(|argument| match argument {
        GenericArgument::Type(inner) => named(inner),
        GenericArgument::Const(Expr::Lit(ExprLit { lit: Lit::Int(number), .. })) => {
            Named::plain(number.base10_digits())
        }
        _ => Named::plain("…"),
    });
    Named { name, of: of.collect() }
}

/// The fields of a struct of this name: name, type, doc comment. The first source that has it.
pub(super) fn fields<'a>(sources: impl Iterator<Item = &'a Source>, name: &str) -> Option<Vec<Field>> {
    let mut items = sources.flat_map(|source| &source.items);
    let found = items.find_map(|item| match item {
        Item::Struct(of) if of.ident == name => Some(of),
        _ => None,
    })?;
    let Fields::Named(fields) = &found.fields else { return Some(Vec::new()) };
    let fields = fields.named.iter().map(|field| Field {
        name: field.ident.as_ref().map(ToString::to_string).unwrap_or_default(),
        of: named(&field.ty),
        doc: doc(&field.attrs),
    });
    Some(fields.collect())
}

/// A field of a struct.
pub(super) struct Field {
    pub(super) name: String,
    pub(super) of: Named,
    pub(super) doc: String,
}
