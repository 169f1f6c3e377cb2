//! Tools: what models may call while they answer a person. The floors above hand them in when the program starts; a
//! call is made with the rights of whoever asked, and what it answers is data to the model, never an instruction to us.

use std::fmt::Debug;
use std::sync::Arc;

use futures::future::BoxFuture;
use providers::Tool;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::{Ai, Asker};

/// Something that a model may call.
pub trait HouseTool: Debug + Send + Sync {
    /// Its name, what it does, and the schema of its arguments.
    fn describe(&self) -> Tool;

    /// Whether it is of use to this person in this workspace now.
    fn is_offered(&self, asker: Asker) -> BoxFuture<'_, bool>;

    /// Does it. An error is one sentence for the model.
    fn call(&self, asker: Asker, arguments: Value) -> BoxFuture<'_, Result<Value, String>>;
}

/// One call of a tool in an answer, as people see it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ToolUse {
    /// The call.
    pub id: String,
    /// Which tool.
    pub name: String,
    /// What it was called with.
    #[schema(value_type = Object)]
    pub input: Value,
    /// What it answered.
    #[schema(value_type = Option<Object>)]
    pub output: Option<Value>,
    /// Why it did not.
    pub error: Option<String>,
}

impl Ai {
    /// Hands in the tools of the house; once, before anything is served.
    pub fn set_tools(&self, tools: Vec<Arc<dyn HouseTool>>) {
        let _ = self.0.tools.set(tools);
    }

    /// The tools that somebody's models may call now.
    pub async fn tools_for(&self, asker: Asker) -> Vec<Arc<dyn HouseTool>> {
        let mut offered = Vec::new();
        for tool in self.0.tools.get().into_iter().flatten() {
            if tool.is_offered(asker).await {
                offered.push(tool.clone());
            }
        }
        offered
    }
}
