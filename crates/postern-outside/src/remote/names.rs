//! What a second host lists: pages, one after another, or everything at once if it is of a release before there were
//! pages.

use postern_core::ports::CellFault;
use serde_json::Value;

use super::ask::check_name;

/// Pages that are read: ten thousand names each.
const PAGES: u32 = 10_000;

/// The names that were listed until now.
pub(super) struct Names {
    under: String,
    names: Vec<String>,
    pages: u32,
    more: bool,
}

impl Names {
    /// Those under a path; all if it is empty.
    pub(super) fn under(under: &str) -> Self {
        Self { under: under.to_owned(), names: Vec::new(), pages: 0, more: true }
    }

    /// What the next page is asked for by; none if there is no more.
    pub(super) fn next_query(&self) -> Result<Option<String>, CellFault> {
        if !self.more {
            return Ok(None);
        }
        if self.pages == PAGES {
            return Err(CellFault::Away("its listing does not end".to_owned()));
        }
        if !self.under.is_empty() {
            check_name(&self.under).map_err(|fault| CellFault::Denied(fault.to_string()))?;
        }
        let after = self.names.last().map(|last| format!("&after={last}")).unwrap_or_default();
        Ok(Some(format!("under={}{after}", self.under)))
    }

    /// Takes what came.
    pub(super) fn take(&mut self, body: &[u8]) -> Result<(), CellFault> {
        let odd = || CellFault::Away("its listing is not one of its form".to_owned());
        let (mut names, more) = page(serde_json::from_slice(body).map_err(|_| odd())?).ok_or_else(odd)?;
        // One without pages lists what lies elsewhere too, and what is no name of ours.
        names.retain(|name| check_name(name).is_ok() && is_under(&self.under, name));
        // Each page leads further: a listing that goes round in a circle is none.
        let goes_on = match (self.names.last(), names.first()) {
            (Some(last), Some(first)) => last.split('/').lt(first.split('/')),
            (_, None) => !more,
            (None, Some(_)) => true,
        };
        if !goes_on {
            return Err(odd());
        }
        self.names.append(&mut names);
        (self.more, self.pages) = (more, self.pages + 1);
        Ok(())
    }

    /// All of them.
    pub(super) fn all(self) -> Vec<String> {
        self.names
    }
}

fn is_under(path: &str, name: &str) -> bool {
    path.is_empty() || name.strip_prefix(path).is_some_and(|rest| rest.starts_with('/'))
}

/// The names of an answer, and whether there are more.
fn page(answer: Value) -> Option<(Vec<String>, bool)> {
    match answer {
        Value::Array(_) => Some((serde_json::from_value(answer).ok()?, false)),
        Value::Object(mut page) => {
            Some((serde_json::from_value(page.remove("names")?).ok()?, page.get("more")?.as_bool()?))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn take(under: &str, bodies: &[&str]) -> Result<Vec<String>, CellFault> {
        let mut names = Names::under(under);
        for body in bodies {
            assert!(names.next_query()?.is_some());
            names.take(body.as_bytes())?;
        }
        assert_eq!(names.next_query()?, None);
        Ok(names.all())
    }

    #[test]
    fn pages_are_read_one_after_another_and_a_host_without_pages_is_believed() {
        let pages = [r#"{"names":["a/000","a/000.p/7"],"more":true}"#, r#"{"names":["b/1"],"more":false}"#];
        assert_eq!(take("", &pages).unwrap(), ["a/000", "a/000.p/7", "b/1"]);
        let at_once = [r#"["b/1","a/2","a-b/3","ab/4","a","a/3&x=y","../a"]"#];
        assert_eq!(take("a", &at_once).unwrap(), ["a/2"]);
        assert_eq!(take("", &at_once).unwrap().len(), 5);
        let mut names = Names::under("a");
        assert_eq!(names.next_query().unwrap().as_deref(), Some("under=a"));
        names.take(br#"{"names":["a/x001/000"],"more":true}"#).unwrap();
        assert_eq!(names.next_query().unwrap().as_deref(), Some("under=a&after=a/x001/000"));
    }

    #[test]
    fn a_listing_that_leads_nowhere_is_none() {
        let first = r#"{"names":["a/1","a/2"],"more":true}"#;
        for odd in [
            first,
            r#"{"names":[],"more":true}"#,
            r#"{"names":["a/3&x=y","../a"],"more":true}"#,
            r#"{"names":["a/3"]}"#,
            r#"{"more":false}"#,
            "7",
            "",
        ] {
            assert!(matches!(take("", &[first, odd]), Err(CellFault::Away(_))), "{odd}");
        }
        let mut endless = Names { pages: PAGES - 1, ..Names::under("") };
        endless.take(first.as_bytes()).unwrap();
        assert!(endless.next_query().is_err());
    }
}
