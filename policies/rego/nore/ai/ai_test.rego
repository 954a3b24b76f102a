package nore.ai_test

import data.nore.ai

_ceiling := data.nore.modes.NORE.ai.horizon_ms_max

_advice := {
	"manifest": {
		"mode": "NORE",
		"source": "embedded",
		"venue": "embedded",
		"symbols": ["BTCUSDT", "ETHUSDT"],
		"prices": "invented",
		"execution": "paper",
	},
	"type": "recommendation",
	"source": "ai_role",
	"ts": 1795298400000,
	"payload": {"symbol": "BTCUSDT", "horizon_ms": 60000, "p_up": 0.5, "model_id": "m1"},
}

_pack := json.patch(_advice, [
	{"op": "replace", "path": "type", "value": "feature_pack"},
	{"op": "replace", "path": "payload", "value": {"name": "returns", "version": "1", "rows": 7, "content_sha256": "ab"}},
])

_codes(draft) := codes if {
	decision := ai.decision with input as draft
	is_empty := count(decision.codes) == 0
	decision.allow == is_empty
	codes := decision.codes
}

_changed(path, value) := json.patch(_advice, [{"op": "replace", "path": path, "value": value}])

test_ai_allowed[name] if {
	some name, draft in {
		"advice": _advice,
		"feature pack": _pack,
		"second symbol": _changed("payload/symbol", "ETHUSDT"),
		"no horizon": _changed("payload/horizon_ms", 0),
		"horizon at its ceiling": _changed("payload/horizon_ms", _ceiling),
	}
	_codes(draft) == []
}

test_ai_order_forbidden[type] if {
	some type in {"order_intent", "order_cancel", "order_result", "ORDER_INTENT", "Order_", "order", "orders"}
	_codes(_changed("type", type)) == ["AI_ORDER_FORBIDDEN", "AI_TYPE"]
}

test_ai_denied_when_type_not_listed[name] if {
	some name, type in {
		"fill": "fill",
		"signal": "signal",
		"risk action": "risk_action",
		"tick": "market_tick",
		"another case": "Recommendation",
		"with a space": "recommendation ",
		"letters that only look alike": "оrder_intent",
		"empty": "",
		"null": null,
		"number": 1,
		"array": ["recommendation"],
		"object": {"recommendation": true},
	}
	_codes(_changed("type", type)) == ["AI_TYPE"]
}

test_ai_denied_when_field_missing[path] if {
	some path, codes in {
		"manifest": ["AI_HORIZON", "AI_SYMBOL", "AI_TYPE"],
		"manifest/mode": ["AI_HORIZON", "AI_TYPE"],
		"manifest/symbols": ["AI_SYMBOL"],
		"type": ["AI_TYPE"],
		"source": ["AI_SOURCE"],
		"payload": ["AI_HORIZON", "AI_SYMBOL"],
		"payload/symbol": ["AI_SYMBOL"],
		"payload/horizon_ms": ["AI_HORIZON"],
	}
	_codes(json.remove(_advice, [path])) == codes
}

test_ai_denied_when_value_wrong[name] if {
	some name, change in {
		"another mode": ["manifest/mode", "LIVE", ["AI_HORIZON", "AI_TYPE"]],
		"sent by a strategy": ["source", "strategy_role", ["AI_SOURCE"]],
		"source of wrong kind": ["source", ["ai_role"], ["AI_SOURCE"]],
		"another symbol": ["payload/symbol", "DOGEUSDT", ["AI_SYMBOL"]],
		"symbol of wrong kind": ["payload/symbol", 1, ["AI_SYMBOL"]],
		"horizon beyond its ceiling": ["payload/horizon_ms", _ceiling + 1, ["AI_HORIZON"]],
		"horizon negative": ["payload/horizon_ms", -1, ["AI_HORIZON"]],
		"horizon a string": ["payload/horizon_ms", "60000", ["AI_HORIZON"]],
	}
	_codes(_changed(change[0], change[1])) == change[2]
}

test_feature_pack_denied_when_sent_by_another if {
	_codes(json.patch(_pack, [{"op": "replace", "path": "source", "value": "risk_role"}])) == ["AI_SOURCE"]
}

test_ai_denied_when_input_empty if _codes({}) == ["AI_SOURCE", "AI_TYPE"]

test_ai_denied_when_data_missing if {
	decision := ai.decision with input as _pack with data.nore.modes as {}
	decision == {"allow": false, "codes": ["AI_TYPE"]}
}

test_other_types_not_allowed_even_without_denials if {
	draft := json.patch(_advice, [{"op": "replace", "path": "type", "value": "fill"}])
	not ai.allow with input as draft with ai.denials as set()
}
