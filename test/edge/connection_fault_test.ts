import { test } from "uvu";
import * as assert from "uvu/assert";
import { connectionFault } from "../../src/edge/connection_fault.ts";

const CASES: readonly (readonly [error: unknown, text: string])[] = [
  [{ code: "ECONNREFUSED", message: "connect ECONNREFUSED ::1:9" }, "Connection refused (ECONNREFUSED)"],
  [{ code: "ECONNREFUSED", message: "" }, "Connection refused (ECONNREFUSED)"],
  [{ code: "ENOTFOUND", message: "getaddrinfo ENOTFOUND x" }, "Host not found (ENOTFOUND)"],
  [
    { code: "CERT_HAS_EXPIRED", message: "certificate has expired" },
    "certificate has expired (CERT_HAS_EXPIRED)",
  ],
  [{ code: "EODD", message: "went wrong: EODD" }, "went wrong: EODD"],
  [{ code: "toString", message: "odd" }, "odd (toString)"],
  [new Error("Invalid URL"), "Invalid URL"],
  [{ code: 7 }, "Connection failed"],
  [{ message: "" }, "Connection failed"],
];

test("connectionFault() says what happened, with the system's code where there is one", () => {
  for (const [error, text] of CASES) assert.is(connectionFault(error), text);
});

test.run();
