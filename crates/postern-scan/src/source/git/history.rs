//! Which commit brings which blob first: trees are walked from the oldest commit on, and each is opened once.

use std::collections::HashSet;
use std::mem;
use std::rc::Rc;

use gix_hash::ObjectId;
use gix_object::{CommitRefIter, Kind, TreeRefIter};

use super::Job;
use super::objects::{Objects, Unread};
use crate::place::{NAME, Origin};
use crate::source::gauge::Gauge;

/// The deepest tree that is walked.
const DEEPEST: usize = 256;

/// Hands out every object that may hold a code, once. Ends early if nobody takes them.
pub(super) fn history(
    objects: &Objects,
    origin: &Origin,
    (unread, gauge): (&Unread, &Gauge),
    take: &mut dyn FnMut(Job) -> bool,
) {
    let (held, seen) = (Vec::new(), HashSet::new());
    let mut walk = Walk { objects, origin, unread, gauge, take, held, seen, goes_on: true };
    let mut commits = walk.messages();
    commits.sort_unstable();
    for Commit { id, tree, .. } in commits {
        walk.tree(&id, tree);
    }
    walk.rest();
}

/// A commit by its time.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Commit {
    seconds: i64,
    id: ObjectId,
    tree: ObjectId,
}

/// A tree that is to be walked: its name in a folder. A folder's path is kept once for all that is in it.
struct Waiting {
    id: ObjectId,
    folder: Rc<str>,
    name: Box<str>,
    depth: usize,
}

impl Waiting {
    /// Its path, cut where it is too long to be told.
    fn path(&self) -> String {
        let mut path = if self.folder.is_empty() {
            self.name.to_string()
        } else {
            format!("{}/{}", self.folder, self.name)
        };
        path.truncate(path.floor_char_boundary(NAME));
        path
    }
}

struct Walk<'a> {
    objects: &'a Objects,
    origin: &'a Origin,
    unread: &'a Unread,
    gauge: &'a Gauge,
    take: &'a mut dyn FnMut(Job) -> bool,
    held: Vec<u8>,
    /// Objects that were handed out, or opened. The first 128 bits of an id are enough to tell it.
    seen: HashSet<u128>,
    goes_on: bool,
}

impl Walk<'_> {
    /// Hands out commits and tags; gives the commits. It passes every object, and counts what is to be looked at.
    fn messages(&mut self) -> Vec<Commit> {
        let mut commits = Vec::new();
        self.all(|walk, id| match walk.objects.kind(&id) {
            Ok((Kind::Tree, _)) => {}
            Ok((kind, length)) => {
                walk.gauge.expect(length);
                if kind != Kind::Blob {
                    walk.hand(id, id.to_string());
                }
                if kind == Kind::Commit {
                    commits.extend(walk.commit(id));
                }
            }
            Err(why) => walk.lose(&id, &why),
        });
        commits
    }

    /// Hands out blobs that no tree of any commit names.
    fn rest(&mut self) {
        self.all(|walk, id| {
            match walk.objects.kind(&id) {
                Ok((Kind::Blob, _)) => walk.hand(id, id.to_string()),
                Ok(_) => {}
                // There was a header of it before, but now the repository may unpack no more.
                Err(why) => walk.lose(&id, &why),
            }
        });
    }

    /// Counts an object that is not handed out, if it was not.
    fn lose(&mut self, id: &ObjectId, why: &str) {
        if self.is_new(id) {
            self.unread.add(&self.origin.part(id.to_string()), why);
        }
    }

    /// Does something with every object.
    fn all(&mut self, mut each: impl FnMut(&mut Self, ObjectId)) {
        let ids = match self.objects.ids() {
            Ok(ids) => ids,
            Err(why) => return self.unread.add(self.origin, &why),
        };
        for id in ids {
            match id {
                _ if !self.goes_on => return,
                Ok(id) => each(self, id),
                Err(why) => self.unread.add(self.origin, &why),
            }
        }
    }

    fn commit(&mut self, id: ObjectId) -> Option<Commit> {
        let (_, bytes) = self.objects.read(&id, &mut self.held).ok()?;
        let mut commit = CommitRefIter::from_bytes(bytes, self.objects.hash());
        let tree = commit.tree_id().ok()?;
        // A commit without a time that can be read counts as the youngest.
        let seconds = commit.committer().map_or(i64::MAX, |committer| committer.seconds());
        Some(Commit { seconds, id, tree })
    }

    /// Hands out the blobs that a commit is the first to bring.
    fn tree(&mut self, commit: &ObjectId, tree: ObjectId) {
        let mut waiting = Vec::new();
        if self.is_new(&tree) {
            waiting.push(Waiting { id: tree, folder: "".into(), name: "".into(), depth: 0 });
        }
        // Read into memory of its own: what is handed out meanwhile may be read, too.
        let mut held = mem::take(&mut self.held);
        while let Some(tree) = waiting.pop().filter(|_| self.goes_on) {
            match self.objects.read(&tree.id, &mut held) {
                Ok((Kind::Tree, bytes)) => self.entries(commit, &tree, bytes, &mut waiting),
                Ok(_) => {}
                Err(why) => self.unread.add(&self.origin.part(tree.id.to_string()), &why),
            }
        }
        self.held = held;
    }

    /// Hands out what a tree holds, but for commits of another repository; trees in it wait.
    fn entries(&mut self, commit: &ObjectId, tree: &Waiting, bytes: &[u8], waiting: &mut Vec<Waiting>) {
        let folder: Rc<str> = tree.path().into();
        let entries = TreeRefIter::from_bytes(bytes, self.objects.hash()).map_while(Result::ok);
        for entry in entries.filter(|entry| !entry.mode.is_commit()) {
            let (id, depth) = (entry.oid.to_owned(), tree.depth + 1);
            // One that is known waits no second time, so no more wait than there are.
            if (entry.mode.is_tree() && depth > DEEPEST) || !self.is_new(&id) {
                continue;
            }
            if folder.len() + entry.filename.len() > NAME {
                self.unread.add(&self.origin.part(id.to_string()), "its path is longer than 4 KiB, and cut");
            }
            let name = String::from_utf8_lossy(entry.filename.get(..NAME).unwrap_or(entry.filename));
            let new = Waiting { id, folder: Rc::clone(&folder), name: name.into(), depth };
            if entry.mode.is_tree() {
                waiting.push(new);
            } else {
                self.give(id, format!("{commit}:{}", new.path()));
            }
        }
    }

    /// Hands out an object, if it was not.
    fn hand(&mut self, id: ObjectId, place: String) {
        if self.is_new(&id) {
            self.give(id, place);
        }
    }

    fn give(&mut self, id: ObjectId, place: String) {
        self.goes_on &= (self.take)(Job { id, origin: self.origin.part(place) });
    }

    fn is_new(&mut self, id: &ObjectId) -> bool {
        let bits = id.as_slice().first_chunk().map_or(0, |start| u128::from_be_bytes(*start));
        self.seen.insert(bits)
    }
}
