# METADATA
# title: AI gate
# description: |
#   Decides whether what the AI process says may enter the log. It advises and describes: of all types the mode lets it
#   write two, and whatever has to do with orders is forbidden by name.
# scope: package
package nore.ai

# METADATA
# title: Decision
# description: Whether the draft may become an event, and if not, every reason why.
# entrypoint: true
decision := {"allow": allow, "codes": sort(denials)}

# METADATA
# title: Allow
# description: Only advice or a feature pack against which nothing speaks.
# scope: document
default allow := false

allow if {
	is_type_allowed
	count(denials) == 0
}

# METADATA
# title: Rules of the mode
# description: Undefined for a mode without data, and then every rule that asks for them denies.
_mode := data.nore.modes[input.manifest.mode]

# METADATA
# title: Type that the AI may write
# description: The list of the mode names it; what is not on it is denied.
is_type_allowed if input.type in _mode.ai.types

# METADATA
# title: Order by any spelling
# description: The type begins with order, in whatever case.
is_order if startswith(lower(input.type), "order")

# METADATA
# title: Sent by the AI role
# description: Nobody else advises, so that advice is told apart from what the core decides.
is_from_ai if input.source == "ai_role"

# METADATA
# title: Advice
# description: The draft recommends something for a symbol.
is_recommendation if input.type == "recommendation"

# METADATA
# title: Symbol of the run
# description: The manifest names the symbol.
is_symbol_of_run if input.payload.symbol in input.manifest.symbols

# METADATA
# title: Horizon within its ceiling
# description: The ceiling itself is still allowed; nothing but a number lies between two numbers.
is_horizon_within if {
	input.payload.horizon_ms >= 0
	input.payload.horizon_ms <= _mode.ai.horizon_ms_max
}

# METADATA
# title: Type
# description: The AI may not write events of this type.
# custom: { code: AI_TYPE, severity: error }
denials contains "AI_TYPE" if not is_type_allowed

# METADATA
# title: Order
# description: The AI tried to write what has to do with orders.
# custom: { code: AI_ORDER_FORBIDDEN, severity: error }
denials contains "AI_ORDER_FORBIDDEN" if is_order

# METADATA
# title: Source
# description: Someone else gave what only the AI role gives.
# custom: { code: AI_SOURCE, severity: error }
denials contains "AI_SOURCE" if not is_from_ai

# METADATA
# title: Symbol
# description: Advice for a symbol that the run does not watch.
# custom: { code: AI_SYMBOL, severity: error }
denials contains "AI_SYMBOL" if {
	is_recommendation
	not is_symbol_of_run
}

# METADATA
# title: Horizon
# description: The advice looks ahead for longer than the mode lets it, or does not say for how long.
# custom: { code: AI_HORIZON, severity: limit }
denials contains "AI_HORIZON" if {
	is_recommendation
	not is_horizon_within
}
