//! The log as a witness. Of a request that was under way when something ended, a client cannot tell whether it came before;
//! who looks into the holder's log after the end can, and where the log is in the order of commits, so can the log.

use std::time::Duration;

use postern_app::EventQuery;
use postern_core::ids::SubjectId;
use postern_core::kernel::EventHead;
use postern_testkit::World;

/// How many of a holder's codes are spent by now.
pub(crate) async fn spent(world: &World, subject: SubjectId) -> usize {
    let query = EventQuery { after: None, limit: 500, subject: Some(subject), wait: Duration::ZERO };
    let page = world.app.events(&world.token, query).await.unwrap();
    let heads = page.items.iter().map(|event| EventHead::read(&event.bytes).unwrap());
    heads.filter(|head| head.r#type == "code.spent").count()
}

/// Reads a log on.
#[derive(Default)]
pub(crate) struct Log {
    after: Option<u64>,
}

impl Log {
    /// Names of the events that are new.
    pub(crate) async fn read_on(&mut self, world: &World) -> Vec<String> {
        let mut names = Vec::new();
        loop {
            let query = EventQuery { after: self.after, limit: 500, subject: None, wait: Duration::ZERO };
            let page = world.app.events(&world.token, query).await.unwrap();
            names.extend(page.items.iter().map(|event| EventHead::read(&event.bytes).unwrap().r#type));
            match page.items.last() {
                Some(last) => self.after = Some(last.index),
                None => return names,
            }
        }
    }
}

/// How many codes were spent behind an end.
pub(crate) fn spent_behind(names: &[String], end: &str) -> usize {
    let at = names.iter().position(|name| name == end).unwrap_or_else(|| panic!("{end} is not in the log"));
    names[at..].iter().filter(|name| *name == "code.spent").count()
}
