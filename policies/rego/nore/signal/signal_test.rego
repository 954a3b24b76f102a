package nore.signal_test

import data.nore.signal

_ceiling := data.nore.modes.NORE.signal.horizon_ms_max

_signal := {
	"manifest": {
		"mode": "NORE",
		"source": "embedded",
		"venue": "embedded",
		"symbols": ["BTCUSDT", "ETHUSDT"],
		"prices": "invented",
		"execution": "paper",
	},
	"type": "signal",
	"source": "strategy_role",
	"ts": 1795298400000,
	"payload": {
		"strategy_id": "trend",
		"symbol": "BTCUSDT",
		"side": "BUY",
		"score": 0.5,
		"confidence": 0.25,
		"horizon_ms": 60000,
		"reason": {"rule": "momentum"},
	},
}

_codes(draft) := codes if {
	decision := signal.decision with input as draft
	is_empty := count(decision.codes) == 0
	decision.allow == is_empty
	codes := decision.codes
}

_changed(path, value) := json.patch(_signal, [{"op": "replace", "path": path, "value": value}])

test_signal_allowed[name] if {
	some name, draft in {
		"buy": _signal,
		"sell": _changed("payload/side", "SELL"),
		"second symbol": _changed("payload/symbol", "ETHUSDT"),
		"no horizon": _changed("payload/horizon_ms", 0),
		"horizon at its ceiling": _changed("payload/horizon_ms", _ceiling),
		"any score": _changed("payload/score", null),
	}
	_codes(draft) == []
}

test_signal_denied_when_field_missing[path] if {
	some path, codes in {
		"manifest": ["SIGNAL_HORIZON", "SIGNAL_MODE", "SIGNAL_SYMBOL"],
		"manifest/mode": ["SIGNAL_HORIZON", "SIGNAL_MODE"],
		"manifest/symbols": ["SIGNAL_SYMBOL"],
		"type": ["SIGNAL_MALFORMED"],
		"source": ["SIGNAL_SOURCE"],
		"payload": ["SIGNAL_HORIZON", "SIGNAL_SIDE", "SIGNAL_SYMBOL"],
		"payload/symbol": ["SIGNAL_SYMBOL"],
		"payload/side": ["SIGNAL_SIDE"],
		"payload/horizon_ms": ["SIGNAL_HORIZON"],
	}
	_codes(json.remove(_signal, [path])) == codes
}

test_signal_denied_when_value_wrong[name] if {
	some name, change in {
		"another mode": ["manifest/mode", "LIVE", ["SIGNAL_HORIZON", "SIGNAL_MODE"]],
		"no symbols": ["manifest/symbols", [], ["SIGNAL_SYMBOL"]],
		"another type": ["type", "order_intent", ["SIGNAL_MALFORMED"]],
		"type of wrong kind": ["type", ["signal"], ["SIGNAL_MALFORMED"]],
		"sent by the AI": ["source", "ai_role", ["SIGNAL_SOURCE"]],
		"source of wrong kind": ["source", null, ["SIGNAL_SOURCE"]],
		"another symbol": ["payload/symbol", "DOGEUSDT", ["SIGNAL_SYMBOL"]],
		"symbol of another case": ["payload/symbol", "btcusdt", ["SIGNAL_SYMBOL"]],
		"symbol of wrong kind": ["payload/symbol", {}, ["SIGNAL_SYMBOL"]],
		"another side": ["payload/side", "HOLD", ["SIGNAL_SIDE"]],
		"side of wrong kind": ["payload/side", 1, ["SIGNAL_SIDE"]],
		"horizon beyond its ceiling": ["payload/horizon_ms", _ceiling + 1, ["SIGNAL_HORIZON"]],
		"horizon negative": ["payload/horizon_ms", -1, ["SIGNAL_HORIZON"]],
		"horizon a string": ["payload/horizon_ms", "60000", ["SIGNAL_HORIZON"]],
		"horizon null": ["payload/horizon_ms", null, ["SIGNAL_HORIZON"]],
	}
	_codes(_changed(change[0], change[1])) == change[2]
}

test_signal_denied_when_input_empty if {
	_codes({}) == [
		"SIGNAL_HORIZON",
		"SIGNAL_MALFORMED",
		"SIGNAL_MODE",
		"SIGNAL_SIDE",
		"SIGNAL_SOURCE",
		"SIGNAL_SYMBOL",
	]
}

test_signal_denied_when_data_missing if {
	decision := signal.decision with input as _signal with data.nore.modes as {}
	decision == {"allow": false, "codes": ["SIGNAL_HORIZON", "SIGNAL_MODE"]}
}

test_other_types_not_allowed_even_without_denials if {
	draft := json.patch(_signal, [{"op": "replace", "path": "type", "value": "fill"}])
	not signal.allow with input as draft with signal.denials as set()
}
