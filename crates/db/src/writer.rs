//! The one SQLite writer, and its group commit.
//!
//! SQLite lets one connection write at a time, and a durable commit costs a
//! disk sync of milliseconds. So transactions that wait for each other share
//! one sync: each runs inside a savepoint of a common outer transaction, and
//! the last of a batch commits for all. Every caller waits for that commit;
//! if it fails, every caller of the batch is told so.
//!
//! A batch ends when nobody waits for the writer any more, or after
//! [`BATCH`] transactions, so that nobody waits for ever.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{ConnectOptions, Connection, Executor};
use tokio::sync::{Mutex, OwnedMutexGuard, oneshot};

use crate::{DbError, Result};

/// The most transactions that share one disk sync.
pub const BATCH: usize = 64;

type Waiter = oneshot::Sender<std::result::Result<(), String>>;

/// The writing connection and its queue.
#[derive(Clone)]
pub struct Writer {
    state: Arc<Mutex<State>>,
    waiting: Arc<AtomicUsize>,
}

struct State {
    connection: Option<SqliteConnection>,
    /// Whether the outer transaction is open.
    open: bool,
    /// Those whose savepoint is released and who wait for the common commit.
    batch: Vec<Waiter>,
}

/// One transaction's turn at the writer.
pub struct Turn {
    state: Option<OwnedMutexGuard<State>>,
    writer: Writer,
}

impl Writer {
    pub(crate) async fn open(options: &SqliteConnectOptions) -> Result<Writer> {
        let connection = options.connect().await?;
        Ok(Writer {
            state: Arc::new(Mutex::new(State {
                connection: Some(connection),
                open: false,
                batch: Vec::new(),
            })),
            waiting: Arc::new(AtomicUsize::new(0)),
        })
    }

    /// Wait for the writer and open a savepoint. This runs as a task of its
    /// own, so that a caller who gives up half-way leaves no statement half
    /// sent: the turn is then opened, dropped and undone like any other.
    pub(crate) async fn begin(&self) -> Result<Turn> {
        self.waiting.fetch_add(1, Ordering::SeqCst);
        let writer = self.clone();
        tokio::spawn(async move {
            let mut state = writer.state.clone().lock_owned().await;
            writer.waiting.fetch_sub(1, Ordering::SeqCst);
            if let Err(error) = state.open_savepoint().await {
                state.settle().await;
                return Err(error);
            }
            Ok(Turn {
                state: Some(state),
                writer,
            })
        })
        .await
        .map_err(|_| DbError::Busy("the program is shutting down".to_owned()))?
    }

    pub(crate) async fn close(&self) {
        let mut state = self.state.lock().await;
        state.settle().await;
        if let Some(connection) = state.connection.take() {
            let _ = connection.close().await;
        }
    }

    fn someone_waits(&self) -> bool {
        self.waiting.load(Ordering::SeqCst) > 0
    }
}

impl State {
    fn connection(&mut self) -> Result<&mut SqliteConnection> {
        self.connection
            .as_mut()
            .ok_or_else(|| DbError::Busy("the database is closed".to_owned()))
    }

    async fn exec(&mut self, text: &'static str) -> Result<()> {
        self.connection()?.execute(text).await?;
        Ok(())
    }

    async fn open_savepoint(&mut self) -> Result<()> {
        if !self.open {
            self.exec("BEGIN IMMEDIATE").await?;
            self.open = true;
        }
        self.exec("SAVEPOINT turn").await
    }

    /// End the outer transaction and tell everybody in the batch.
    async fn settle(&mut self) {
        let outcome = if !self.open {
            Ok(())
        } else {
            let done = self.exec("COMMIT").await;
            if done.is_err() {
                let _ = self.exec("ROLLBACK").await;
            }
            self.open = false;
            done.map_err(|e| e.to_string())
        };
        for waiter in self.batch.drain(..) {
            let _ = waiter.send(outcome.clone());
        }
    }
}

impl Turn {
    fn state(&mut self) -> &mut State {
        self.state
            .as_mut()
            .expect("a turn holds the writer until it ends")
    }

    pub(crate) fn connection(&mut self) -> &mut SqliteConnection {
        self.state()
            .connection
            .as_mut()
            .expect("the writer closes only between turns")
    }

    /// Release the savepoint and wait for the common commit. The release runs
    /// as a task of its own: a caller that goes away half-way must not leave
    /// the batch in doubt.
    pub(crate) async fn commit(mut self) -> Result<()> {
        let (tell, told) = oneshot::channel();
        tokio::spawn(async move {
            if let Err(error) = self.state().exec("RELEASE turn").await {
                let _ = tell.send(Err(error.to_string()));
                return; // dropping the turn undoes it
            }
            let mut state = self.state.take().expect("held until now");
            state.batch.push(tell);
            // The next in the queue commits for us, or we commit for all.
            if !self.writer.someone_waits() || state.batch.len() >= BATCH {
                state.settle().await;
            }
        });
        match told.await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(why)) => Err(DbError::Busy(why)),
            Err(_) => Err(DbError::Busy("the writer went away".to_owned())),
        }
    }

    pub(crate) async fn rollback(mut self) -> Result<()> {
        let state = self.state.take().expect("held until now");
        undo(state, self.writer.clone()).await;
        Ok(())
    }
}

async fn undo(mut state: OwnedMutexGuard<State>, writer: Writer) {
    if state.open {
        let undone = async {
            state.exec("ROLLBACK TO turn").await?;
            state.exec("RELEASE turn").await
        }
        .await;
        if undone.is_err() {
            // The savepoint could not be undone alone: give up the batch, so
            // that nothing half-written is ever committed.
            let _ = state.exec("ROLLBACK").await;
            state.open = false;
            for waiter in state.batch.drain(..) {
                let _ = waiter.send(Err("the transaction was rolled back".to_owned()));
            }
            return;
        }
    }
    if state.batch.is_empty() || !writer.someone_waits() {
        state.settle().await;
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        if let Some(state) = self.state.take()
            && let Ok(runtime) = tokio::runtime::Handle::try_current()
        {
            runtime.spawn(undo(state, self.writer.clone()));
        }
    }
}
