# METADATA
# title: Order gate
# description: |
#   Decides whether an order_intent or order_cancel may enter the log. Its limits are ceilings of the mode, kept in
#   policies/data.json apart from the run's configuration: a night configured carelessly still meets them.
#   Severity "error" says that a role broke its promise, "limit" that a ceiling is reached.
# scope: package
package nore.order

# METADATA
# title: Decision
# description: Whether the draft may become an event, and if not, every reason why.
# entrypoint: true
decision := {"allow": allow, "codes": sort(denials)}

# METADATA
# title: Allow
# description: Only an intent or a cancel against which nothing speaks.
# scope: document
default allow := false

allow if {
	is_order
	count(denials) == 0
}

# METADATA
# title: Intent
# description: The draft asks for a new order.
is_intent if input.type == "order_intent"

# METADATA
# title: Order
# description: The draft is of one of the two types that this gate knows.
is_order if input.type in {"order_intent", "order_cancel"}

# METADATA
# title: Rules of the mode
# description: Undefined for a mode without data, and then every rule that asks for them denies.
_mode := data.nore.modes[input.manifest.mode]

# METADATA
# title: Rules of the mode for orders
# description: The mode has orders at all.
has_rules if _mode.order

# METADATA
# title: Execution of the mode
# description: The run executes its orders as the mode prescribes.
is_execution_of_mode if input.manifest.execution == _mode.execution

# METADATA
# title: Sent by the risk role
# description: Nobody else sends orders; a strategy or an AI never does.
is_from_risk if input.source == "risk_role"

# METADATA
# title: Venue of the run
# description: The venue is the one that the manifest names, and the mode may use it.
is_venue_of_run if {
	input.payload.venue == input.manifest.venue
	input.payload.venue in _mode.venues
}

# METADATA
# title: Symbol of the run
# description: The manifest names the symbol.
is_symbol_of_run if input.payload.symbol in input.manifest.symbols

# METADATA
# title: Client order id
# description: Fourteen digits of the run, a hyphen, a counter from 1 without leading zeros.
has_client_order_id if {
	[run, counter] := split(input.payload.client_order_id, "-")
	count(run) == 14
	is_digits(run)
	is_whole_number(counter)
	counter != "0"
}

# METADATA
# title: Side
# description: The order buys or sells.
has_side if input.payload.side in {"BUY", "SELL"}

# METADATA
# title: Order type of the mode
# description: The mode has orders of this type.
is_order_type_of_mode if input.payload.order_type in _mode.order.order_types

# METADATA
# title: Quantity
# description: The quantity is a decimal above zero.
has_quantity if is_positive_decimal(input.payload.qty)

# METADATA
# title: Price
# description: The price at which risk judged the order.
has_price if is_positive_money(input.payload.facts.price)

# METADATA
# title: Running
# description: Risk says in so many words that the run is not stopping.
is_running if input.payload.facts.stopping == false

# METADATA
# title: Exit
# description: The order sells what is held. A freeze holds entries back, never the way out.
is_exit if input.payload.side == "SELL"

# METADATA
# title: Not frozen
# description: Risk says in so many words that nothing freezes the symbol or the strategy.
is_unfrozen if input.payload.facts.frozen == false

# METADATA
# title: Notional within its ceiling
# description: The ceiling itself is still allowed.
is_notional_within if {
	is_positive_money(input.payload.facts.notional)
	input.payload.facts.notional <= _mode.order.notional_1e8_max
}

# METADATA
# title: Order rate within its ceiling
# description: The ceiling itself is still allowed.
is_rate_within if {
	is_integer(input.payload.facts.orders_in_window)
	input.payload.facts.orders_in_window >= 0
	input.payload.facts.orders_in_window <= _mode.order.orders_in_window_max
}

# METADATA
# title: Limit terms
# description: A limit order says its price, and how long it stands.
has_limit_terms if {
	is_positive_decimal(input.payload.limit_price)
	input.payload.tif in _mode.order.times_in_force
}

# METADATA
# title: Malformed
# description: Something other than an intent or a cancel was sent to this gate.
# custom: { code: ORDER_MALFORMED, severity: error }
denials contains "ORDER_MALFORMED" if not is_order

# METADATA
# title: Mode
# description: The manifest's mode has no rules for orders.
# custom: { code: ORDER_MODE, severity: error }
denials contains "ORDER_MODE" if not has_rules

# METADATA
# title: Execution
# description: The run executes its orders in another way than the mode prescribes.
# custom: { code: ORDER_EXECUTION, severity: error }
denials contains "ORDER_EXECUTION" if not is_execution_of_mode

# METADATA
# title: Source
# description: Only the risk role sends orders; a strategy or an AI never does.
# custom: { code: ORDER_SOURCE, severity: error }
denials contains "ORDER_SOURCE" if not is_from_risk

# METADATA
# title: Venue
# description: The order is for another venue than the run's, or for one that the mode may not use.
# custom: { code: ORDER_VENUE, severity: error }
denials contains "ORDER_VENUE" if not is_venue_of_run

# METADATA
# title: Symbol
# description: The run does not trade this symbol.
# custom: { code: ORDER_SYMBOL, severity: error }
denials contains "ORDER_SYMBOL" if not is_symbol_of_run

# METADATA
# title: Client order id
# description: The id of the order is missing or not well formed.
# custom: { code: ORDER_CLIENT_ORDER_ID, severity: error }
denials contains "ORDER_CLIENT_ORDER_ID" if not has_client_order_id

# METADATA
# title: Side
# description: An intent buys or sells.
# custom: { code: ORDER_SIDE, severity: error }
denials contains "ORDER_SIDE" if {
	is_intent
	not has_side
}

# METADATA
# title: Order type
# description: The mode has no orders of this type.
# custom: { code: ORDER_TYPE, severity: error }
denials contains "ORDER_TYPE" if {
	is_intent
	not is_order_type_of_mode
}

# METADATA
# title: Limit terms
# description: A limit order without a price above zero or without a time in force that the mode knows.
# custom: { code: ORDER_LIMIT_TERMS, severity: error }
denials contains "ORDER_LIMIT_TERMS" if {
	is_intent
	input.payload.order_type == "LIMIT"
	not has_limit_terms
}

# METADATA
# title: Quantity
# description: The quantity is not a decimal above zero.
# custom: { code: ORDER_QUANTITY, severity: error }
denials contains "ORDER_QUANTITY" if {
	is_intent
	not has_quantity
}

# METADATA
# title: Notional
# description: The order is worth more than any order of the mode may be, or its worth is unproven.
# custom: { code: ORDER_NOTIONAL, severity: limit }
denials contains "ORDER_NOTIONAL" if {
	is_intent
	not is_notional_within
}

# METADATA
# title: Price
# description: Risk did not say at which price it judged the order.
# custom: { code: ORDER_PRICE, severity: error }
denials contains "ORDER_PRICE" if {
	is_intent
	not has_price
}

# METADATA
# title: Order rate
# description: More orders in the window than the mode may ever send, or their number is unproven.
# custom: { code: ORDER_RATE, severity: limit }
denials contains "ORDER_RATE" if {
	is_intent
	not is_rate_within
}

# METADATA
# title: Stopping
# description: The run is stopping, or it is unproven that it is not.
# custom: { code: ORDER_STOPPING, severity: error }
denials contains "ORDER_STOPPING" if {
	is_intent
	not is_running
}

# METADATA
# title: Frozen
# description: An entry where risk has frozen the symbol or the strategy, or did not say that it has not.
# custom: { code: ORDER_FROZEN, severity: error }
denials contains "ORDER_FROZEN" if {
	is_intent
	not is_exit
	not is_unfrozen
}
