//! An answer with everything that it came from, as it is sent and kept.

use db::ThreadId;
use files::index::Hit;
use kit::clock::Timestamp;
use questions::catalogue::{Language, Unit};
use questions::frame::{Filter, Intent};
use questions::understand::{Choice, Clarification, Entity};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use super::Recognised;
use crate::actions::ActionOut;
use crate::metrics::{Amount, AnswerOut, PointOut, PreviousOut, RanQuery, RowOut, SourceInfo};

/// The range of an answer.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Named {
    /// The first day.
    #[schema(required)]
    pub from: Option<String>,
    /// The last day.
    #[schema(required)]
    pub to: Option<String>,
    /// In words.
    pub label: String,
}

/// How an answer is best looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Chart {
    /// `line` over time, `bar` over groups.
    pub kind: String,
    /// The pieces of time, or the dimension.
    pub by: String,
}

/// An answer.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = BusinessAnswer)]
pub struct Answered {
    /// It is kept under this id.
    pub query_id: Uuid,
    /// What was asked.
    pub question: String,
    /// The answer in words.
    pub answer: String,
    /// What was wanted.
    pub intent: Intent,
    /// How sure that is, from 0 to 1.
    pub confidence: f32,
    /// Who answered: `mini-foundry`, `knowledge`, `ops-copilot`, `conversation`.
    pub module: &'static str,
    /// Who decided: `rules`, `classifier`, `model`.
    pub decided_by: &'static str,
    /// The language of the answer.
    pub language: Language,
    /// What was read in the question, in its order.
    pub entities: Vec<Entity>,
    /// The steps that were taken.
    #[schema(value_type = Object)]
    pub plan: Value,
    /// The metric.
    #[schema(required)]
    pub metric: Option<String>,
    /// The number, in major units; of several currencies that of the first; null where there is none.
    #[schema(required)]
    pub value: Option<f64>,
    /// The same as an exact integer.
    #[schema(required)]
    pub value_minor: Option<i64>,
    /// What it is.
    #[schema(required)]
    pub unit: Option<Unit>,
    /// Its currency.
    #[schema(required)]
    pub currency: Option<String>,
    /// One for each currency.
    pub values: Vec<Amount>,
    /// What it is compared with.
    #[schema(required)]
    pub previous: Option<PreviousOut>,
    /// Over time.
    pub series: Vec<PointOut>,
    /// By group.
    pub rows: Vec<RowOut>,
    /// How many rows there are.
    pub row_count: u64,
    /// How it is best looked at.
    #[schema(required)]
    pub chart: Option<Chart>,
    /// Of which days.
    #[schema(required)]
    pub range: Option<Named>,
    /// Only of these.
    pub filters: Vec<Filter>,
    /// What the metric is, in words.
    #[schema(required)]
    pub definition: Option<String>,
    /// Until when the data reaches.
    #[schema(required)]
    pub fresh_until: Option<Timestamp>,
    /// Where the data comes from.
    pub sources: Vec<SourceInfo>,
    /// The query that computed it.
    #[schema(required)]
    pub sql: Option<String>,
    /// All queries with what was bound in them.
    pub queries: Vec<RanQuery>,
    /// What should be known about the number.
    pub notes: Vec<String>,
    /// A question back, where one is needed.
    #[schema(required)]
    pub clarification: Option<Clarification>,
    /// Why there is no answer.
    #[schema(required)]
    pub declined: Option<String>,
    /// What was taken over from the question before.
    pub carried: Vec<String>,
    /// Other readings of the question.
    pub alternatives: Vec<Choice>,
    /// What could be asked next.
    pub suggestions: Vec<String>,
    /// What was found.
    pub hits: Vec<Hit>,
    /// What is to be done, once somebody says yes where that is needed.
    #[schema(required)]
    pub action_id: Option<db::ActionId>,
    /// The same, whole.
    #[schema(required)]
    pub action: Option<ActionOut>,
    /// In which thread it was asked.
    #[schema(required)]
    pub thread_id: Option<ThreadId>,
    /// How long it took, in milliseconds.
    pub took_ms: u64,
    /// When.
    pub created_at: Timestamp,
}

impl Answered {
    /// What is known before anything was computed.
    pub(super) fn begin(recognised: &Recognised) -> Self {
        let understood = &recognised.understanding;
        Self {
            query_id: kit::ids::new_id(),
            question: recognised.question.clone(),
            answer: String::new(),
            intent: understood.intent,
            confidence: understood.confidence,
            module: understood.intent.module(),
            decided_by: understood.decided_by,
            language: understood.language,
            entities: understood.entities.clone(),
            plan: Value::Null,
            metric: understood.frame.as_ref().map(|frame| frame.metric.clone()),
            value: None,
            value_minor: None,
            unit: None,
            currency: None,
            values: Vec::new(),
            previous: None,
            series: Vec::new(),
            rows: Vec::new(),
            row_count: 0,
            chart: None,
            range: None,
            filters: Vec::new(),
            definition: None,
            fresh_until: None,
            sources: Vec::new(),
            sql: None,
            queries: Vec::new(),
            notes: Vec::new(),
            clarification: None,
            declined: None,
            carried: understood.carried.clone(),
            alternatives: Vec::new(),
            suggestions: Vec::new(),
            hits: Vec::new(),
            action_id: None,
            action: None,
            thread_id: recognised.thread,
            took_ms: 0,
            created_at: recognised.now,
        }
    }

    /// Takes over what was computed.
    pub(super) fn take(&mut self, numbers: AnswerOut) {
        self.value = numbers.value;
        self.value_minor = numbers.value_minor;
        self.currency = numbers.currency;
        self.series = numbers.series;
        self.rows = numbers.rows;
        self.previous = numbers.previous;
        self.metric = Some(numbers.metric);
        self.unit = Some(numbers.unit);
        self.values = numbers.values;
        self.row_count = numbers.row_count;
        self.fresh_until = numbers.fresh_until;
        self.sources = numbers.sources;
        self.sql = Some(numbers.sql);
        self.queries = numbers.queries;
        self.notes = numbers.notes;
    }
}
