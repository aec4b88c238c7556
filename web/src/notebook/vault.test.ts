import { describe, expect, test } from "vitest";
import { NotANotebook, WrongPassphrase, begin, isOn, memory, sealedCopy, takeIn, unlock } from "./vault";

const ROUNDS = 1000;
const CANARY = "burung kenari di rumah nenek";
const page = (id: string, text: string, at = 1) => ({ id, at, text });

describe("the notebook's lock", () => {
  test("what was written is read again with the passphrase, the newest first", async () => {
    const shelf = memory();
    expect(await isOn(shelf)).toBe(false);
    const vault = await begin(shelf, "kata sandi panjang", ROUNDS);
    await vault.write(page("a", "lama", 1));
    await vault.write(page("b", CANARY, 2));
    expect(await isOn(shelf)).toBe(true);
    const again = await unlock(shelf, "kata sandi panjang");
    expect((await again.pages()).map((one) => one.text)).toEqual([CANARY, "lama"]);
  });

  test("another passphrase opens nothing, and says so", async () => {
    const shelf = memory();
    await begin(shelf, "kata sandi panjang", ROUNDS);
    await expect(unlock(shelf, "kata sandi pendek")).rejects.toBeInstanceOf(WrongPassphrase);
    await expect(unlock(memory(), "apa saja")).rejects.toBeInstanceOf(NotANotebook);
  });

  test("nothing of what was written can be read on the shelf or in a sealed copy", async () => {
    const shelf = memory();
    const vault = await begin(shelf, "kata sandi panjang", ROUNDS);
    await vault.write(page("a", CANARY));
    const lying = [...(await shelf.pages()).flatMap((one) => [...one.data])];
    const copy = await sealedCopy(shelf);
    expect(String.fromCharCode(...lying)).not.toContain(CANARY);
    for (const text of [CANARY, btoa(CANARY), "kata sandi"]) expect(copy).not.toContain(text);
  });

  test("each writing of the same page looks different", async () => {
    const shelf = memory();
    const vault = await begin(shelf, "kata sandi panjang", ROUNDS);
    await vault.write(page("a", CANARY));
    const [first] = await shelf.pages();
    await vault.write(page("a", CANARY));
    const [second] = await shelf.pages();
    expect(first?.iv).not.toEqual(second?.iv);
    expect(first?.data).not.toEqual(second?.data);
  });

  test("a sealed copy is taken in by another device, with its own passphrase", async () => {
    const old = memory();
    await (await begin(old, "yang lama sekali", ROUNDS)).write(page("a", CANARY));
    const copy = await sealedCopy(old);
    const into = await begin(memory(), "yang baru sekali", ROUNDS);
    await expect(takeIn(into, copy, "yang baru sekali")).rejects.toBeInstanceOf(WrongPassphrase);
    await expect(takeIn(into, "{}", "yang lama sekali")).rejects.toBeInstanceOf(NotANotebook);
    expect(await takeIn(into, copy, "yang lama sekali")).toBe(1);
    expect((await into.pages())[0]?.text).toBe(CANARY);
  });

  test("a page that was tampered with is left out, and the others are read", async () => {
    const shelf = memory();
    const vault = await begin(shelf, "kata sandi panjang", ROUNDS);
    await vault.write(page("a", "utuh"));
    await vault.write(page("b", "rusak"));
    const broken = (await shelf.pages()).find((one) => one.id === "b");
    if (broken?.data[0] !== undefined) broken.data[0] ^= 1;
    expect((await vault.pages()).map((one) => one.text)).toEqual(["utuh"]);
  });

  test("erased is erased", async () => {
    const shelf = memory();
    await (await begin(shelf, "kata sandi panjang", ROUNDS)).write(page("a", CANARY));
    await shelf.erase();
    expect(await isOn(shelf)).toBe(false);
    expect(await shelf.pages()).toEqual([]);
  });
});
