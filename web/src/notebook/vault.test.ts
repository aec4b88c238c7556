import { describe, expect, test } from "vitest";
import { random } from "./keys";
import { today } from "./shelf";
import {
  LastWay,
  NotANotebook,
  WrongPasskey,
  WrongPassphrase,
  begin,
  isOn,
  memory,
  sealedCopy,
  takeIn,
  unlock,
  unlockWith,
} from "./vault";

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

describe("two ways in", () => {
  const made = () => ({ id: random(16), salt: random(32), secret: random(32) });
  const read = async (vault: Promise<{ pages(): Promise<{ text: string }[]> }>) =>
    (await (await vault).pages()).map((one) => one.text);

  test("the passphrase and the passkey open the same pages, each by itself", async () => {
    const [shelf, key] = [memory(), made()];
    await (await begin(shelf, "kata sandi panjang", ROUNDS, key)).write(page("a", CANARY));
    expect(await read(unlock(shelf, "kata sandi panjang"))).toEqual([CANARY]);
    expect(await read(unlockWith(shelf, key.secret))).toEqual([CANARY]);
    await expect(unlockWith(shelf, random(32))).rejects.toBeInstanceOf(WrongPasskey);
  });

  test("a notebook from before passkeys opens as it lies, and gains a passkey without loss", async () => {
    const [shelf, key] = [memory(), made()];
    await (await begin(shelf, "kata sandi panjang", ROUNDS)).write(page("a", CANARY));
    const before = (await shelf.lock())?.passphrase;
    // What lay there was the passphrase's way alone, with nothing around it.
    const migrated = today(before);
    expect(migrated).toEqual({ passphrase: before });
    if (migrated) await shelf.putLock(migrated);
    await (await unlock(shelf, "kata sandi panjang")).addPasskey(key);
    expect((await shelf.lock())?.passphrase).toEqual(before);
    expect(await read(unlockWith(shelf, key.secret))).toEqual([CANARY]);
    expect(today(undefined)).toBeNull();
    expect(today(await shelf.lock() ?? undefined)).toEqual(await shelf.lock());
  });

  test("with a passkey alone no passphrase opens it, until one is added", async () => {
    const [shelf, key] = [memory(), made()];
    const vault = await begin(shelf, null, ROUNDS, key);
    await vault.write(page("a", CANARY));
    await expect(unlock(shelf, "")).rejects.toBeInstanceOf(NotANotebook);
    await expect(sealedCopy(shelf)).rejects.toBeInstanceOf(NotANotebook);
    await vault.addPassphrase("kata sandi panjang", ROUNDS);
    expect(await read(unlock(shelf, "kata sandi panjang"))).toEqual([CANARY]);
    expect(await read(unlockWith(shelf, key.secret))).toEqual([CANARY]);
  });

  test("the passkey is removed only where a passphrase still opens it", async () => {
    const [shelf, key] = [memory(), made()];
    const vault = await begin(shelf, null, ROUNDS, key);
    await expect(vault.removePasskey()).rejects.toBeInstanceOf(LastWay);
    await vault.write(page("a", CANARY));
    expect(await read(unlockWith(shelf, key.secret))).toEqual([CANARY]);
    await vault.addPassphrase("kata sandi panjang", ROUNDS);
    await vault.removePasskey();
    await expect(unlockWith(shelf, key.secret)).rejects.toBeInstanceOf(NotANotebook);
    expect(await read(unlock(shelf, "kata sandi panjang"))).toEqual([CANARY]);
    await expect(begin(memory(), null, ROUNDS)).rejects.toBeInstanceOf(LastWay);
  });

  test("what opened an older notebook adds no way to one that was begun anew", async () => {
    const shelf = memory();
    const old = await begin(shelf, "yang lama sekali", ROUNDS);
    await shelf.erase();
    await begin(shelf, "yang baru sekali", ROUNDS);
    const lying = await shelf.lock();
    await expect(old.addPasskey(made())).rejects.toBeInstanceOf(NotANotebook);
    expect(await shelf.lock()).toEqual(lying);
  });

  test("neither the secret nor the passkey's part is in a sealed copy", async () => {
    const [shelf, key] = [memory(), made()];
    await begin(shelf, "kata sandi panjang", ROUNDS, key);
    const copy = await sealedCopy(shelf);
    const lying = JSON.stringify([...Object.values((await shelf.lock())?.passkey ?? {})].map((one) => [...one]));
    expect(lying).not.toContain([...key.secret].join(","));
    for (const bytes of [key.secret, key.id, key.salt]) {
      expect(copy).not.toContain(btoa(String.fromCharCode(...bytes)));
    }
  });
});
