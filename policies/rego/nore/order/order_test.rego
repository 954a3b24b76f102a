package nore.order_test

import data.nore.order

_ceilings := data.nore.modes.NORE.order

_manifest := {
	"mode": "NORE",
	"source": "embedded",
	"venue": "embedded",
	"symbols": ["BTCUSDT", "ETHUSDT"],
	"prices": "invented",
	"execution": "paper",
}

_intent := {
	"manifest": _manifest,
	"type": "order_intent",
	"source": "risk_role",
	"ts": 1795298400000,
	"payload": {
		"venue": "embedded",
		"strategy_id": "trend",
		"symbol": "BTCUSDT",
		"side": "BUY",
		"qty": "0.01",
		"order_type": "LIMIT",
		"limit_price": "91500.5",
		"tif": "GTC",
		"client_order_id": "20261121220000-1",
		"facts": {
			"notional": 91500500000,
			"price": 9150050000000,
			"orders_in_window": 3,
			"stopping": false,
			"frozen": false,
		},
	},
}

_cancel := {
	"manifest": _manifest,
	"type": "order_cancel",
	"source": "risk_role",
	"ts": 1795298400000,
	"payload": {
		"venue": "embedded",
		"strategy_id": "trend",
		"symbol": "BTCUSDT",
		"client_order_id": "20261121220000-1",
		"facts": {"reason": "older than its time to live"},
	},
}

_codes(draft) := codes if {
	decision := order.decision with input as draft
	is_empty := count(decision.codes) == 0
	decision.allow == is_empty
	codes := decision.codes
}

_changed(path, value) := json.patch(_intent, [{"op": "replace", "path": path, "value": value}])

test_order_allowed[name] if {
	some name, draft in {
		"limit": _intent,
		"market": json.remove(_changed("payload/order_type", "MARKET"), ["payload/limit_price", "payload/tif"]),
		"sell": _changed("payload/side", "SELL"),
		"sell of what is frozen": json.patch(_changed("payload/side", "SELL"), [{
			"op": "replace",
			"path": "payload/facts/frozen",
			"value": true,
		}]),
		"second symbol": _changed("payload/symbol", "ETHUSDT"),
		"cancel": _cancel,
		"cancel that repeats terms": json.patch(_cancel, [{"op": "add", "path": "payload/order_type", "value": "LIMIT"}]),
	}
	_codes(draft) == []
}

test_intent_denied_when_field_missing[path] if {
	some path, codes in {
		"manifest/mode": [
			"ORDER_EXECUTION",
			"ORDER_LIMIT_TERMS",
			"ORDER_MODE",
			"ORDER_NOTIONAL",
			"ORDER_RATE",
			"ORDER_TYPE",
			"ORDER_VENUE",
		],
		"manifest/execution": ["ORDER_EXECUTION"],
		"manifest/symbols": ["ORDER_SYMBOL"],
		"manifest/venue": ["ORDER_VENUE"],
		"type": ["ORDER_MALFORMED"],
		"source": ["ORDER_SOURCE"],
		"payload/venue": ["ORDER_VENUE"],
		"payload/symbol": ["ORDER_SYMBOL"],
		"payload/side": ["ORDER_SIDE"],
		"payload/qty": ["ORDER_QUANTITY"],
		"payload/order_type": ["ORDER_TYPE"],
		"payload/limit_price": ["ORDER_LIMIT_TERMS"],
		"payload/tif": ["ORDER_LIMIT_TERMS"],
		"payload/client_order_id": ["ORDER_CLIENT_ORDER_ID"],
		"payload/facts": ["ORDER_FROZEN", "ORDER_NOTIONAL", "ORDER_PRICE", "ORDER_RATE", "ORDER_STOPPING"],
		"payload/facts/frozen": ["ORDER_FROZEN"],
		"payload/facts/notional": ["ORDER_NOTIONAL"],
		"payload/facts/price": ["ORDER_PRICE"],
		"payload/facts/orders_in_window": ["ORDER_RATE"],
		"payload/facts/stopping": ["ORDER_STOPPING"],
	}
	_codes(json.remove(_intent, [path])) == codes
}

test_cancel_denied_when_field_missing[path] if {
	some path, codes in {
		"manifest/mode": ["ORDER_EXECUTION", "ORDER_MODE", "ORDER_VENUE"],
		"manifest/execution": ["ORDER_EXECUTION"],
		"source": ["ORDER_SOURCE"],
		"payload/venue": ["ORDER_VENUE"],
		"payload/symbol": ["ORDER_SYMBOL"],
		"payload/client_order_id": ["ORDER_CLIENT_ORDER_ID"],
	}
	_codes(json.remove(_cancel, [path])) == codes
}

test_intent_denied_when_value_wrong[name] if {
	some name, change in {
		"another execution": ["manifest/execution", "live", "ORDER_EXECUTION"],
		"another type": ["type", "order_result", "ORDER_MALFORMED"],
		"type of wrong kind": ["type", true, "ORDER_MALFORMED"],
		"sent by a strategy": ["source", "strategy_role", "ORDER_SOURCE"],
		"sent by the AI": ["source", "ai_role", "ORDER_SOURCE"],
		"source of wrong kind": ["source", {"risk_role": true}, "ORDER_SOURCE"],
		"another venue": ["payload/venue", "binance", "ORDER_VENUE"],
		"venue of wrong kind": ["payload/venue", 1, "ORDER_VENUE"],
		"another symbol": ["payload/symbol", "DOGEUSDT", "ORDER_SYMBOL"],
		"symbol of wrong kind": ["payload/symbol", ["BTCUSDT"], "ORDER_SYMBOL"],
		"another side": ["payload/side", "HOLD", "ORDER_SIDE"],
		"side of another case": ["payload/side", "buy", "ORDER_SIDE"],
		"side of wrong kind": ["payload/side", 1, "ORDER_SIDE"],
		"another order type": ["payload/order_type", "STOP_LOSS", "ORDER_TYPE"],
		"order type of wrong kind": ["payload/order_type", null, "ORDER_TYPE"],
		"limit price zero": ["payload/limit_price", "0", "ORDER_LIMIT_TERMS"],
		"limit price of wrong kind": ["payload/limit_price", 91500.5, "ORDER_LIMIT_TERMS"],
		"another time in force": ["payload/tif", "GTX", "ORDER_LIMIT_TERMS"],
		"time in force of wrong kind": ["payload/tif", 0, "ORDER_LIMIT_TERMS"],
		"notional a string": ["payload/facts/notional", "91500500000", "ORDER_NOTIONAL"],
		"notional a fraction": ["payload/facts/notional", 0.5, "ORDER_NOTIONAL"],
		"notional zero": ["payload/facts/notional", 0, "ORDER_NOTIONAL"],
		"notional negative": ["payload/facts/notional", -1, "ORDER_NOTIONAL"],
		"notional null": ["payload/facts/notional", null, "ORDER_NOTIONAL"],
		"price a string": ["payload/facts/price", "1", "ORDER_PRICE"],
		"price a fraction": ["payload/facts/price", 1.5, "ORDER_PRICE"],
		"price zero": ["payload/facts/price", 0, "ORDER_PRICE"],
		"price too large to say": ["payload/facts/price", 9007199254740991, "ORDER_PRICE"],
		"rate a string": ["payload/facts/orders_in_window", "3", "ORDER_RATE"],
		"rate a fraction": ["payload/facts/orders_in_window", 3.5, "ORDER_RATE"],
		"rate negative": ["payload/facts/orders_in_window", -1, "ORDER_RATE"],
		"frozen": ["payload/facts/frozen", true, "ORDER_FROZEN"],
		"frozen a string": ["payload/facts/frozen", "false", "ORDER_FROZEN"],
		"frozen null": ["payload/facts/frozen", null, "ORDER_FROZEN"],
		"stopping": ["payload/facts/stopping", true, "ORDER_STOPPING"],
		"stopping a string": ["payload/facts/stopping", "false", "ORDER_STOPPING"],
		"stopping null": ["payload/facts/stopping", null, "ORDER_STOPPING"],
	}
	_codes(_changed(change[0], change[1])) == [change[2]]
}

test_ceilings[name] if {
	some name, change in {
		"notional least": ["notional", 1, []],
		"notional at its ceiling": ["notional", _ceilings.notional_1e8_max, []],
		"notional one beyond": ["notional", _ceilings.notional_1e8_max + 1, ["ORDER_NOTIONAL"]],
		"price least": ["price", 1, []],
		"price greatest": ["price", 9007199254740990, []],
		"rate least": ["orders_in_window", 0, []],
		"rate at its ceiling": ["orders_in_window", _ceilings.orders_in_window_max, []],
		"rate one beyond": ["orders_in_window", _ceilings.orders_in_window_max + 1, ["ORDER_RATE"]],
	}
	_codes(_changed(concat("/", ["payload/facts", change[0]]), change[1])) == change[2]
}

test_notional_denied_when_too_large_to_say_and_ceiling_is_higher if {
	decision := order.decision with input as _changed("payload/facts/notional", 9007199254740991)
		with data.nore.modes.NORE.order.notional_1e8_max as 9007199254740991
	decision.codes == ["ORDER_NOTIONAL"]
}

test_quantity[name] if {
	some name, change in {
		"least": ["0.00000001", []],
		"zero": ["0", ["ORDER_QUANTITY"]],
		"empty": ["", ["ORDER_QUANTITY"]],
		"negative": ["-1", ["ORDER_QUANTITY"]],
		"number": [1, ["ORDER_QUANTITY"]],
		"null": [null, ["ORDER_QUANTITY"]],
		"array": [["1"], ["ORDER_QUANTITY"]],
	}
	_codes(_changed("payload/qty", change[0])) == change[1]
}

test_client_order_id[text] if {
	some text, codes in {
		"20261121220000-1": [],
		"20261121220000-10": [],
		"20261121220000-123456789": [],
		"": ["ORDER_CLIENT_ORDER_ID"],
		"20261121220000": ["ORDER_CLIENT_ORDER_ID"],
		"20261121220000-": ["ORDER_CLIENT_ORDER_ID"],
		"20261121220000-0": ["ORDER_CLIENT_ORDER_ID"],
		"20261121220000-01": ["ORDER_CLIENT_ORDER_ID"],
		"20261121220000-1-1": ["ORDER_CLIENT_ORDER_ID"],
		"20261121220000--1": ["ORDER_CLIENT_ORDER_ID"],
		"20261121220000-1 ": ["ORDER_CLIENT_ORDER_ID"],
		"20261121220000-1x": ["ORDER_CLIENT_ORDER_ID"],
		"20261121_220000-1": ["ORDER_CLIENT_ORDER_ID"],
		"2026112122000-1": ["ORDER_CLIENT_ORDER_ID"],
		"202611212200000-1": ["ORDER_CLIENT_ORDER_ID"],
		"2026112122000x-1": ["ORDER_CLIENT_ORDER_ID"],
		"20261121220000-1000000000000000000": ["ORDER_CLIENT_ORDER_ID"],
	}
	_codes(_changed("payload/client_order_id", text)) == codes
}

test_client_order_id_denied_when_of_wrong_kind[name] if {
	some name, value in {"number": 20261121220000, "null": null, "array": ["20261121220000-1"]}
	_codes(_changed("payload/client_order_id", value)) == ["ORDER_CLIENT_ORDER_ID"]
}

test_venue_denied_when_mode_may_not_use_it if {
	draft := json.patch(_intent, [
		{"op": "replace", "path": "manifest/venue", "value": "elsewhere"},
		{"op": "replace", "path": "payload/venue", "value": "elsewhere"},
	])
	_codes(draft) == ["ORDER_VENUE"]
}

test_order_denied_when_input_empty if {
	_codes({}) == [
		"ORDER_CLIENT_ORDER_ID",
		"ORDER_EXECUTION",
		"ORDER_MALFORMED",
		"ORDER_MODE",
		"ORDER_SOURCE",
		"ORDER_SYMBOL",
		"ORDER_VENUE",
	]
}

test_order_denied_when_data_missing if {
	decision := order.decision with input as _cancel with data.nore.modes as {}
	decision == {"allow": false, "codes": ["ORDER_EXECUTION", "ORDER_MODE", "ORDER_VENUE"]}
}

test_other_types_not_allowed_even_without_denials if {
	draft := json.patch(_intent, [{"op": "replace", "path": "type", "value": "fill"}])
	not order.allow with input as draft with order.denials as set()
}
