//! Filters: what people say to what the columns hold.

use db::{DbError, WorkspaceId};
use kit::api::ApiError;
use questions::frame::Filter;
use sea_orm::{ConnectionTrait, Value};
use uuid::Uuid;

use super::compile::Only;
use super::model::model;
use crate::Business;
use crate::warehouse::{Ids, statement};

/// The most filters of a question, and values of a filter.
const MOST: usize = 200;
/// The longest value, in characters.
const LONGEST: usize = 500;

/// Reads filters; a customer may be named by id, name, e-mail address, or number at the source.
pub(super) async fn resolve(
    business: &Business,
    workspace: WorkspaceId,
    filters: &[Filter],
) -> Result<Vec<Only>, ApiError> {
    if filters.len() > MOST {
        return Err(ApiError::invalid("filters", format!("At most {MOST} filters.")));
    }
    let mut found = Vec::new();
    for (n, filter) in filters.iter().enumerate() {
        let field = format!("filters.{n}.values");
        let bad = |why: String| Err(ApiError::invalid(field.clone(), why));
        if filter.values.is_empty() || filter.values.len() > MOST {
            return bad(format!("A filter has between 1 and {MOST} values."));
        }
        if filter
            .values
            .iter()
            .any(|v| v.chars().count() > LONGEST || v.contains('\0'))
        {
            return bad(format!(
                "A value has at most {LONGEST} characters, and none of them is U+0000."
            ));
        }
        let is_id = model().dimension(&filter.dimension).is_some_and(|d| d.is_id);
        let values = if is_id {
            customers(business, workspace, &filter.values).await?
        } else {
            filter.values.iter().map(|value| value.clone().into()).collect()
        };
        found.push(Only {
            dimension: filter.dimension.clone(),
            values,
            not: filter.not,
        });
    }
    Ok(found)
}

/// The ids of customers by whatever they are called.
async fn customers(
    business: &Business,
    workspace: WorkspaceId,
    values: &[String],
) -> Result<Vec<Value>, DbError> {
    let conn = business.db().read();
    let ids = Ids::new(&business.db().keys(workspace.0).await?)?;
    let mut found: Vec<Uuid> = Vec::new();
    for value in values {
        found.extend(value.parse::<Uuid>().ok());
        let hash = ids.word(value);
        for (column, wanted) in [
            ("name_hash", Value::from(hash.clone())),
            ("email_hash", Value::from(hash.clone())),
            ("source_id", Value::from(value.clone())),
        ] {
            let sql = format!("SELECT id FROM customers WHERE workspace_id = $1 AND {column} = $2");
            for row in conn
                .query_all_raw(statement(conn, sql, vec![workspace.0.into(), wanted]))
                .await?
            {
                found.push(row.try_get("", "id")?);
            }
        }
    }
    found.sort_unstable();
    found.dedup();
    if found.is_empty() {
        // Nobody: a list must not be empty.
        found.push(Uuid::nil());
    }
    Ok(found.into_iter().map(Value::from).collect())
}
