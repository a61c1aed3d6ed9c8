//! Plain values that stand for what a function would have worked out.

use syn::{GenericArgument, PathArguments, PathSegment, ReturnType, Signature, Type};

/// Values of what a function gives, as they are written.
pub(super) fn values(signature: &Signature) -> Vec<String> {
    match &signature.output {
        ReturnType::Default => vec!["()".to_owned()],
        ReturnType::Type(_, of) => of_type(of),
    }
}

fn of_type(of: &Type) -> Vec<String> {
    match of {
        Type::Tuple(tuple) if tuple.elems.is_empty() => vec!["()".to_owned()],
        Type::Reference(reference) => of_reference(&reference.elem),
        Type::Path(path) => path.path.segments.last().map_or_else(Vec::new, of_named),
        _ => Vec::new(),
    }
}

fn of_reference(of: &Type) -> Vec<String> {
    match of {
        Type::Path(path) if path.path.is_ident("str") => vec!["\"\"".to_owned()],
        Type::Slice(_) => vec!["&[]".to_owned()],
        _ => Vec::new(),
    }
}

fn of_named(segment: &PathSegment) -> Vec<String> {
    let plain = |values: &[&str]| values.iter().map(|&value| value.to_owned()).collect();
    match segment.ident.to_string().as_str() {
        "bool" => plain(&["true", "false"]),
        "u8" | "u16" | "u32" | "u64" | "u128" | "usize" | "i8" | "i16" | "i32" | "i64" | "i128" | "isize" => {
            plain(&["0", "1"])
        }
        "Option" => {
            let some = of_first(segment).into_iter().map(|value| format!("Some({value})"));
            std::iter::once("None".to_owned()).chain(some).collect()
        }
        "Result" => of_first(segment).into_iter().map(|value| format!("Ok({value})")).collect(),
        // Whether there is such a value, the compiler knows.
        _ => plain(&["Default::default()"]),
    }
}

/// Values of the first type that a type is made of.
fn of_first(segment: &PathSegment) -> Vec<String> {
    let PathArguments::AngleBracketed(arguments) = &segment.arguments else { return Vec::new() };
    match arguments.args.first() {
        Some(GenericArgument::Type(of)) => of_type(of),
        _ => Vec::new(),
    }
}
