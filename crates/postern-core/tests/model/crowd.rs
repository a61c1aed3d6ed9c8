//! A crowd of clients on one installation: every order in which they can look, commit, hear, crash and ask again.

use std::fmt::{self, Debug, Formatter};
use std::sync::Arc;

use postern_core::Time;
use postern_core::kernel::Row;
use stateright::semantics::{ConsistencyTester as _, LinearizabilityTester};
use stateright::{Model, Property};

use crate::command::{self, Asks, Told};
use crate::disk::Disk;
use crate::fixture::{Fixture, START, mark};
use crate::paper::Paper;
use crate::promises;

/// A rule that a store leaves out, so that the check itself is tested.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Broken {
    /// Neither the row's version nor the log's unique index is looked at.
    Versions,
    /// The log's unique index is not looked at: nothing but it stops an old row.
    UniqueIndex,
    /// What was decided on, and not changed, may have changed.
    ReadGuards,
    /// It decides again, and tells what it decided first.
    FirstAnswer,
    /// It answers, then commits.
    AnswerFirst,
    /// A retry is taken for a new request.
    Retries,
}

/// Who asks what, and what may go wrong.
pub(crate) struct Crowd {
    pub(crate) fixture: Arc<Fixture>,
    pub(crate) asks: Vec<Asks>,
    /// How often a client may lose its answer, or its node, and ask again.
    pub(crate) crashes: u8,
    /// Steps that a node's clock may make, in seconds; each once.
    pub(crate) steps: Vec<i64>,
    /// Whether somebody who writes to the database puts the subject's first row back, once.
    pub(crate) puts_back: bool,
    pub(crate) broken: Option<Broken>,
    /// The one promise that is looked at; all of them if none.
    pub(crate) only: Option<&'static str>,
}

/// Where a client is.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(crate) enum Phase {
    /// It asks, or asks again.
    Asking,
    /// Its node has looked, and decides on that.
    Looked(Arc<Disk>, Time),
    /// The commit is done, the answer under way.
    Answering(Told),
    /// It has heard.
    Done,
}

/// Everything at one moment.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(crate) struct World {
    pub(crate) disk: Arc<Disk>,
    pub(crate) clients: Vec<Phase>,
    clocks: [u64; 2],
    steps_left: Vec<i64>,
    crashes_left: u8,
    puts_back: bool,
    retries: u8,
    pub(crate) told: Vec<(usize, Told)>,
    pub(crate) repeated: bool,
    pub(crate) decided_again: bool,
    asked: Vec<bool>,
    pub(crate) history: LinearizabilityTester<usize, Paper>,
}

/// What was heard; the story is in the acts.
impl Debug for World {
    fn fmt(&self, to: &mut Formatter<'_>) -> fmt::Result {
        write!(to, "{:?}", self.told)
    }
}

/// One thing that happens.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Act {
    /// A node looks for a client.
    Look(usize),
    /// What it decided is committed, decided again if something moved.
    Commit(usize),
    /// The client hears the answer.
    Hear(usize),
    /// The node or the connection dies; the client asks again with the same key.
    Crash(usize),
    /// A node's clock makes a step.
    Step(usize, i64),
    /// The first row is put back.
    PutBack,
}

impl Crowd {
    fn is(&self, broken: Broken) -> bool {
        self.broken == Some(broken)
    }

    fn may_commit(&self, disk: &Disk, draft: &postern_core::kernel::Draft) -> bool {
        let puts = disk.puts_hold(draft) || self.is(Broken::Versions);
        let index = disk.is_new(draft) || self.is(Broken::Versions) || self.is(Broken::UniqueIndex);
        puts && index && (disk.reads_hold(draft) || self.is(Broken::ReadGuards))
    }

    /// The request's number: one a client, unless its retries are taken for new requests.
    fn request(&self, world: &World, client: usize) -> u8 {
        let again = if self.is(Broken::Retries) { world.retries } else { 0 };
        client as u8 + 10 * again
    }

    fn commit(&self, world: &mut World, client: usize, seen: &Disk, now: Time) -> Told {
        let (asks, request) = (self.asks[client], mark(self.request(world, client)));
        let decide = |disk: &Disk| command::run(&self.fixture, disk, asks, request, now);
        let first = decide(seen);
        let fits = |disk: &Disk, decision: &command::Decision| {
            decision.draft.as_ref().is_none_or(|draft| self.may_commit(disk, draft))
        };
        let mut decision = if fits(&world.disk, &first) { first } else { decide(&world.disk) };
        world.decided_again |= *world.disk != *seen && decision.draft.is_some();
        if self.is(Broken::FirstAnswer) {
            decision.told = decide(seen).told;
        }
        if !fits(&world.disk, &decision) {
            return Told::Unavailable;
        }
        world.repeated |= decision.repeated;
        if let Some(draft) = &decision.draft {
            Arc::make_mut(&mut world.disk).apply(draft, &self.fixture);
        }
        decision.told
    }
}

impl Model for Crowd {
    type State = World;
    type Action = Act;

    fn init_states(&self) -> Vec<World> {
        vec![World {
            disk: Arc::new(self.fixture.disk()),
            asked: vec![false; self.asks.len()],
            clients: vec![Phase::Asking; self.asks.len()],
            clocks: [START; 2],
            steps_left: self.steps.clone(),
            crashes_left: self.crashes,
            puts_back: self.puts_back,
            retries: 0,
            told: Vec::new(),
            repeated: false,
            decided_again: false,
            history: LinearizabilityTester::new(Paper::new()),
        }]
    }

    fn actions(&self, world: &World, acts: &mut Vec<Act>) {
        for (client, phase) in world.clients.iter().enumerate() {
            match phase {
                Phase::Asking => acts.push(Act::Look(client)),
                Phase::Looked(..) => acts.push(Act::Commit(client)),
                Phase::Answering(_) => acts.push(Act::Hear(client)),
                Phase::Done => continue,
            }
            if world.crashes_left > 0 && *phase != Phase::Asking {
                acts.push(Act::Crash(client));
            }
        }
        for step in &world.steps_left {
            acts.extend([Act::Step(0, *step), Act::Step(1, *step)]);
        }
        if world.puts_back {
            acts.push(Act::PutBack);
        }
    }

    fn next_state(&self, before: &World, act: Act) -> Option<World> {
        let mut world = before.clone();
        match act {
            Act::Look(client) => {
                // A retry is the same act as the request that it repeats.
                if !std::mem::replace(&mut world.asked[client], true) {
                    let _ = world.history.on_invoke(client, self.asks[client]);
                }
                if self.is(Broken::AnswerFirst) {
                    let (now, request) = (Time::from_millis(world.clocks[client % 2]), mark(client as u8));
                    let told = command::run(&self.fixture, &world.disk, self.asks[client], request, now).told;
                    world.told.push((client, told));
                    let _ = world.history.on_return(client, told);
                }
                let now = Time::from_millis(world.clocks[client % 2]);
                world.clients[client] = Phase::Looked(Arc::clone(&world.disk), now);
            }
            Act::Commit(client) => {
                let Phase::Looked(seen, now) = world.clients[client].clone() else { return None };
                let told = self.commit(&mut world, client, &seen, now);
                world.clients[client] = match told {
                    _ if self.is(Broken::AnswerFirst) => Phase::Done,
                    told => Phase::Answering(told),
                };
            }
            Act::Hear(client) => {
                let Phase::Answering(told) = world.clients[client] else { return None };
                world.clients[client] = Phase::Done;
                if told != Told::Unavailable {
                    world.told.push((client, told));
                    let _ = world.history.on_return(client, told);
                }
            }
            Act::Crash(client) => {
                world.crashes_left -= 1;
                world.retries += 1;
                let told = world.told.iter().any(|(who, _)| *who == client);
                world.clients[client] = if told { Phase::Done } else { Phase::Asking };
            }
            Act::Step(node, seconds) => {
                world.steps_left.retain(|left| *left != seconds);
                world.clocks[node] = world.clocks[node].checked_add_signed(seconds * 1000)?;
            }
            Act::PutBack => {
                world.puts_back = false;
                let first: Row = self.fixture.disk().row(self.fixture.subject)?.clone();
                Arc::make_mut(&mut world.disk).put_back(first, &self.fixture);
            }
        }
        Some(world)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        let wanted = |property: &Property<Self>| self.only.is_none_or(|only| property.name == only);
        promises::all().into_iter().filter(wanted).collect()
    }
}
