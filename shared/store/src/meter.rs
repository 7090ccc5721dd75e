//! Counts the HTTP requests that the SDK sends for a request.

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::{
    BeforeTransmitInterceptorContextRef, FinalizerInterceptorContextRef,
};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::{ConfigBag, Storable, StoreReplace};
use directory::{SentCall, Usage};

/// An SDK interceptor that reports each attempt to the request's [`Usage`].
#[derive(Debug)]
pub(crate) struct Meter;

/// The attempt's place in the chain of calls.
#[derive(Debug)]
struct Place(u32);

impl Storable for Place {
    type Storer = StoreReplace<Self>;
}

#[aws_smithy_runtime_api::client::interceptors::dyn_dispatch_hint]
impl Intercept for Meter {
    fn name(&self) -> &'static str {
        "Meter"
    }

    fn read_before_transmit(
        &self,
        context: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let usage = Usage::current();
        config.interceptor_state().store_put(Place(usage.start_call()));
        usage.record(|| SentCall {
            target: context.request().headers().get("x-amz-target").unwrap_or_default().to_owned(),
            body: context.request().body().bytes().unwrap_or_default().to_vec(),
        });
        Ok(())
    }

    fn read_after_attempt(
        &self,
        _: &FinalizerInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        if let Some(place) = config.load::<Place>() {
            Usage::current().end_call(place.0);
        }
        Ok(())
    }
}
