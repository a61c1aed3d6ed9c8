//! The run: servers are started, then each round measures everything once, so that what the machine does
//! meanwhile falls on all alike.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, sleep};

use crate::Kind;
use crate::again::Again;
use crate::bare::{Bare, Bytes, Server};
use crate::decide::Looked;
use crate::demo::Demo;
use crate::empty::Empty;
use crate::figures::{CLIENTS, Figures, Round, Timed};
use crate::load::{Address, Load, Sample, Source, run};
use crate::machine::{cores, load, most_resident, processor, resident};
use crate::meter::Meter;
use crate::people::{People, Whose};
use crate::requests::{now, redeem};
use crate::{Done, Options, decide, fill};

/// People of the first, unmeasured load. It tells how fast the machine is and how many bytes are written.
const FIRST: usize = 400;
/// Bytes of an accepted answer, about; N answers as many.
const ANSWER: usize = 1200;
/// People made for one round at most, for each number of clients.
const MOST: usize = 6_000;
/// And at least: what staging is measured with.
const LEAST: usize = 1_200;
/// How many of them each number of [`CLIENTS`] stages.
const SHARES: [f64; CLIENTS.len()] = [0.05, 0.25, 0.35, 0.35];

/// Runs it all. Everything that was made is gone afterwards.
pub(crate) async fn measure(postern: &Path, options: &Options) -> Done<Figures> {
    let before = load();
    let folder = tempfile::Builder::new().prefix("postern-bench-").tempdir()?;
    let mut server = (options.store == Kind::Postgres).then(Server::start);
    let mut begin = || {
        let database = server.as_mut().map(Server::database);
        Demo::start(postern, folder.path(), database.as_deref())
    };
    let (mut starts, mut demo) = (Vec::new(), begin()?);
    for _ in 1..options.rounds.max(3) {
        starts.push(demo.start);
        demo = begin()?;
    }
    starts.push(demo.start);
    sleep(Duration::from_secs(1)).await;
    let rest = resident(demo.process())?;
    let (mut filled, mut at_rest) = (Vec::new(), Vec::new());
    if options.people > 0 {
        (filled, at_rest) = fill::fill(postern, &mut demo, server.as_ref(), options.people).await?;
    }
    eprintln!("bench: warming up");
    let [span, limit] = [options.seconds, options.limit].map(|seconds| Duration::from_secs(seconds.into()));
    let mut run = Run { demo, people: People::default(), span, expected: [0.0; CLIENTS.len()] };
    let answer = run.warm_up().await?;
    // What redemptions wrote last: those who are only there redeem nothing.
    let bytes = match &server {
        Some(server) => server.bytes()?,
        None => Bytes::of(&run.demo.data)?,
    };
    let already = if filled.is_empty() { 0 } else { usize::try_from(options.people)? };
    run.people.take(filled);
    let empty = Empty::start(answer, &run.demo.address.key)?;
    let mut bare = Limit::make(server, folder.path(), bytes)?;
    let (begun, mut rounds) = (Instant::now(), Vec::new());
    for number in 1..=options.rounds {
        eprintln!("bench: round {number} of {}, load {}", options.rounds, load());
        rounds.push(run.round(&empty, &mut bare, folder.path()).await?);
        if number < options.rounds && begun.elapsed() * (number + 1) / number > limit {
            eprintln!("bench: no time for more rounds");
            break;
        }
    }
    let loaded = most_resident(run.demo.process())?;
    let again = match options.store {
        Kind::Sqlite => Some(Again::measure(postern, &run.demo.end()?)?),
        Kind::Postgres => None,
    };
    Ok(Figures {
        command: format!(
            "cargo xtask bench --store {} --rounds {} --seconds {}{}",
            options.store.name(),
            options.rounds,
            options.seconds,
            if options.people > 0 { format!(" --people {}", options.people) } else { String::new() }
        ),
        store: options.store,
        cores: cores(),
        processor: processor(),
        loads: [before, load()],
        rounds,
        starts,
        memory: [rest, loaded],
        again,
        bytes,
        people: run.people.made() + already,
        at_rest,
    })
}

/// People of the bare database.
const BARE: u64 = 10_000;

/// The bare limit of the store.
enum Limit {
    Folder(Box<Bare>),
    Server(Box<Server>),
}

impl Limit {
    fn make(server: Option<Server>, folder: &Path, bytes: Bytes) -> Done<Self> {
        let Some(mut server) = server else {
            return Ok(Self::Folder(Box::new(Bare::make(folder, BARE, bytes)?)));
        };
        server.make_bare(folder, BARE, bytes)?;
        Ok(Self::Server(Box::new(server)))
    }

    fn measure(&mut self, folder: &Path, span: Duration) -> Done<f64> {
        match self {
            Self::Folder(bare) => bare.measure(folder, span),
            Self::Server(server) => server.measure(span),
        }
    }
}

struct Run {
    demo: Demo,
    people: People,
    span: Duration,
    /// Redemptions a second that are expected, for each of [`CLIENTS`].
    expected: [f64; CLIENTS.len()],
}

impl Run {
    /// Gives the length of an accepted answer.
    async fn warm_up(&mut self) -> Done<usize> {
        self.people.prepare(&self.demo, FIRST, 64, Whose::Guessed).await?;
        self.people.prepare(&self.demo, FIRST, 64, Whose::Redeem).await?;
        let source = self.people.redeeming(&now()?);
        let load = Load { clients: 64, span: self.span, wanted: 201, keep: true, source };
        let sample = run(&self.demo.address, load).await?;
        self.expected = [0.4, 1.0, 1.2, 1.2].map(|part| part * sample.per_second());
        Ok(sample.kept.first().map_or(ANSWER, |(_, answer)| answer.to_string().len()))
    }

    async fn round(&mut self, empty: &Empty, bare: &mut Limit, folder: &Path) -> Done<Round> {
        let written = bare.measure(folder, self.span)?;
        let ask = redeem("person-00000000@example.org", "PSTN-00000-00000-00000-00000-00000", &now()?);
        let same: Source = Arc::new(move || Some(vec![ask.clone(); 8]));
        let mut nothing = Vec::new();
        for clients in CLIENTS {
            nothing.push(self.load(&empty.address, empty.process(), clients, 201, &same).await?.1);
        }
        let (decide, looked) = (decide::measure()?, Looked::measure()?);
        let staged = self.prepare().await?;
        let (mut redeemed, mut refused) = (Vec::new(), Vec::new());
        for (clients, expected) in CLIENTS.into_iter().zip(0..) {
            let source = self.people.redeeming(&now()?);
            let (address, process) = (&self.demo.address, self.demo.process());
            let (sample, timed) = self.load(address, process, clients, 201, &source).await?;
            redeemed.push(timed);
            let guesses = self.people.guessing(&now()?);
            refused.push(self.load(address, process, clients, 422, &guesses).await?.1);
            self.expected.iter_mut().skip(expected).take(1).for_each(|it| *it = sample.per_second() * 1.1);
        }
        Ok(Round { redeemed, refused, staged, empty: nothing, bare: written, decide, looked })
    }

    /// People for as many redemptions as are expected, and some; more than run out end a measurement early.
    async fn prepare(&self) -> Done<Vec<Timed>> {
        let wanted: f64 = self.expected.iter().map(|rate| rate * self.span.as_secs_f64() * 1.2).sum();
        let missing = (wanted - self.people.redemptions() as f64) / 7.0;
        let mut staged = Vec::new();
        for (clients, share) in CLIENTS.into_iter().zip(SHARES) {
            let count = (LEAST..MOST).find(|count| *count as f64 >= missing * share).unwrap_or(MOST);
            staged.push(self.people.prepare(&self.demo, count, clients, Whose::Redeem).await?);
        }
        Ok(staged)
    }

    async fn load(
        &self,
        at: &Address,
        process: u32,
        clients: usize,
        wanted: u16,
        source: &Source,
    ) -> Done<(Sample, Timed)> {
        let meter = Meter::begin(process)?;
        let load = Load { clients, span: self.span, wanted, keep: false, source: Arc::clone(source) };
        let sample = run(at, load).await?;
        let timed = Timed::new(&sample, clients, meter.end(sample.wanted)?);
        Ok((sample, timed))
    }
}
