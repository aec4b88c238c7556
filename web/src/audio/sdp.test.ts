import { expect, test } from "vitest";
import { asAnswer, trimAnswer } from "./sdp";

const answer = (...lines: string[]) => ["v=0", ...lines, ""].join("\r\n");

test("no address leaves in the answer", () => {
  const sdp = trimAnswer(
    answer(
      "c=IN IP4 192.168.1.7", "a=candidate:1 1 udp 1 192.168.1.7 5 typ host", "a=candidate:2 1 tcp 1 fe80::1 9 typ host",
      "a=end-of-candidates", "a=ice-ufrag:abcd",
    ),
  );
  expect(sdp).not.toMatch(/192\.168|fe80|candidate/);
  expect(sdp).toContain("a=ice-ufrag:abcd\r\n");
  expect(sdp).toContain("c=IN IP4 0.0.0.0");
});

test("silence costs little and loss can be repaired, whatever the browser says of it", () => {
  const sdp = trimAnswer(answer("a=rtpmap:109 opus/48000/2", "a=fmtp:109 minptime=10; useinbandfec=0;stereo=1", "a=fmtp:9 x=1"));
  expect(sdp).toContain("a=fmtp:109 minptime=10;useinbandfec=1;usedtx=1;stereo=0\r\n");
  expect(sdp).toContain("a=fmtp:9 x=1");
});

test("an answer without the codec stays as it is", () => {
  expect(trimAnswer(answer("a=rtpmap:0 PCMU/8000"))).toBe(answer("a=rtpmap:0 PCMU/8000"));
});

test("the server's offer, asked from this side, is an answer in which it still waits for us", () => {
  expect(asAnswer(answer("a=setup:actpass", "a=mid:0", "a=setup:actpass"))).toBe(answer("a=setup:passive", "a=mid:0", "a=setup:passive"));
});
