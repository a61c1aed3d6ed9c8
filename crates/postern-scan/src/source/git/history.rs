//! Which commit brings which blob first: trees are walked from the oldest commit on, and each is opened once.

use std::collections::HashSet;

use gix_hash::ObjectId;
use gix_object::{CommitRefIter, Kind, TreeRefIter};

use super::Job;
use super::objects::{Objects, Unread};
use crate::place::Origin;

/// The deepest tree that is walked.
const DEEPEST: usize = 256;

/// Hands out every object that may hold a code, once. Ends early if nobody takes them.
pub(super) fn history(
    objects: &Objects,
    origin: &Origin,
    unread: &Unread,
    take: &mut dyn FnMut(Job) -> bool,
) {
    let mut walk =
        Walk { objects, origin, unread, take, held: Vec::new(), seen: HashSet::new(), goes_on: true };
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

struct Walk<'a> {
    objects: &'a Objects,
    origin: &'a Origin,
    unread: &'a Unread,
    take: &'a mut dyn FnMut(Job) -> bool,
    held: Vec<u8>,
    /// Objects that were handed out, or opened. The first 128 bits of an id are enough to tell it.
    seen: HashSet<u128>,
    goes_on: bool,
}

impl Walk<'_> {
    /// Hands out commits and tags; gives the commits.
    fn messages(&mut self) -> Vec<Commit> {
        let mut commits = Vec::new();
        self.all(|walk, id| match walk.objects.kind(&id) {
            Ok(Kind::Tag) => walk.hand(id, id.to_string()),
            Ok(Kind::Commit) => {
                walk.hand(id, id.to_string());
                commits.extend(walk.commit(id));
            }
            Ok(Kind::Blob | Kind::Tree) => {}
            Err(why) => walk.unread.add(&walk.origin.part(id.to_string()), &why),
        });
        commits
    }

    /// Hands out blobs that no tree of any commit names.
    fn rest(&mut self) {
        self.all(|walk, id| {
            if walk.objects.kind(&id).is_ok_and(|kind| kind == Kind::Blob) {
                walk.hand(id, id.to_string());
            }
        });
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
        let mut trees = vec![(tree, String::new(), 0)];
        while let Some((id, path, depth)) = trees.pop() {
            if depth > DEEPEST || !self.goes_on || !self.is_new(&id) {
                continue;
            }
            for (name, id, is_tree) in self.entries(&id) {
                let path = if path.is_empty() { name } else { format!("{path}/{name}") };
                if is_tree {
                    trees.push((id, path, depth + 1));
                } else {
                    self.hand(id, format!("{commit}:{path}"));
                }
            }
        }
    }

    /// What a tree holds: trees, and what is no commit of another repository.
    fn entries(&mut self, tree: &ObjectId) -> Vec<(String, ObjectId, bool)> {
        let read = self.objects.read(tree, &mut self.held);
        let (kind, bytes) = match read {
            Ok(read) => read,
            Err(why) => {
                self.unread.add(&self.origin.part(tree.to_string()), &why);
                return Vec::new();
            }
        };
        if kind != Kind::Tree {
            return Vec::new();
        }
        let entries = TreeRefIter::from_bytes(bytes, self.objects.hash()).map_while(Result::ok);
        let named = entries.filter(|entry| !entry.mode.is_commit());
        named
            .map(|entry| {
                let name = String::from_utf8_lossy(entry.filename).into_owned();
                (name, entry.oid.to_owned(), entry.mode.is_tree())
            })
            .collect()
    }

    /// Hands out an object, if it was not.
    fn hand(&mut self, id: ObjectId, place: String) {
        if self.is_new(&id) {
            self.goes_on &= (self.take)(Job { id, origin: self.origin.part(place) });
        }
    }

    fn is_new(&mut self, id: &ObjectId) -> bool {
        let bits = id.as_slice().first_chunk().map_or(0, |start| u128::from_be_bytes(*start));
        self.seen.insert(bits)
    }
}
