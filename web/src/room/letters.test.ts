import { expect, test } from "vitest";
import { written } from "./letters";

const LONG = "Raden Ajeng Siti Nurhaliza Kusumawardhan";
const size = (...given: Parameters<typeof written>) => written(...given).size;

test("a short name is written large, on a laptop larger", () => {
  expect(written("Dewi", 56, 1)).toEqual({ name: "Dewi", size: 22, short: false });
  expect(size("Dewi", 100, 1)).toBe(28);
});

test("a long word is written smaller and never below what can be read", () => {
  expect(size("Anna Kusumawa", 56, 1)).toBeGreaterThanOrEqual(13);
  expect(size("Anna Kusumawa", 56, 1)).toBeLessThan(22);
});

test("a name of forty letters stands whole on a laptop; a phone has its first words, and says so", () => {
  expect(written(LONG, 100, 1)).toMatchObject({ name: LONG, short: false });
  const { name, short } = written(LONG, 54, 1);
  expect(short).toBe(true);
  expect(name).toMatch(/^Raden\b.*…$/u);
  expect(LONG.split(" ")).toEqual(expect.arrayContaining(name.slice(0, -1).split(" ")));
});

test("one word that is longer than the middle is wide is cut, and says so", () => {
  expect(written("x".repeat(40), 54, 1).name).toMatch(/^x{5,12}…$/);
});

test("under small words of two lines there is less room, and it stays inside", () => {
  expect(size("One moment", 52, 1, "we have paused")).toBeLessThan(size("One moment", 52, 1, "paused"));
  expect(2 * 1.12 * size("One moment", 52, 1, "we have paused")).toBeLessThan(52 * 1.7 - 53);
});

test("letters grow with the reader's text", () => {
  expect(size("Melati", 112, 2)).toBe(44);
});

test("a name of two parts may break at its hyphen", () => {
  expect(size("Anna-Mariana", 80, 1)).toBeGreaterThan(size("Annamariana", 80, 1));
});
