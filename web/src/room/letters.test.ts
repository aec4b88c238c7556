import { expect, test } from "vitest";
import { written } from "./letters";

const LONG = "Raden Ajeng Siti Nurhaliza Kusumawardhan";
const size = (...given: Parameters<typeof written>) => written(...given)?.size ?? 0;

test("a short name is written large, on a laptop larger", () => {
  expect(written("Dewi", 56, 1)).toEqual({ name: "Dewi", size: 22 });
  expect(size("Dewi", 100, 1)).toBe(28);
});

test("a long word is written smaller and never below what can be read", () => {
  expect(size("Ibu Kusumawati", 56, 1)).toBeGreaterThanOrEqual(13);
  expect(size("Ibu Kusumawati", 56, 1)).toBeLessThan(22);
});

test("a name of forty letters stands whole on a laptop, and on a phone with a hyphen where it breaks", () => {
  expect(written(LONG, 100, 1)?.name).toBe(LONG);
  const phone = written(LONG, 56, 1);
  expect(phone?.size).toBe(13);
  expect(phone?.name.replaceAll("\u00ad", "")).toBe(LONG);
});

test("what cannot stand whole in the middle goes elsewhere", () => {
  expect(written("فاطمةالزهراءعبدالرحمنالمنصورالجاوية", 56, 1)).toBeNull();
  expect(written(LONG, 54, 2)).toBeNull();
});

test("letters grow with the reader's text", () => {
  expect(size("Melati", 112, 2)).toBe(44);
});

test("a name of two parts may break at its hyphen", () => {
  expect(size("Anna-Mariana", 56, 1)).toBeGreaterThan(size("Annamariana", 56, 1));
});
