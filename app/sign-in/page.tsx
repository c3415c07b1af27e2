import type { Metadata } from "next";
import { SignInPage } from "./sign-in-page.tsx";
import { whyNotSignedIn } from "./why-not-signed-in.ts";

export const metadata: Metadata = { title: "Sign in" };

type Query = Promise<Readonly<Record<string, string | string[] | undefined>>>;

export default async function Page({ searchParams }: { searchParams: Query }) {
  const query = await searchParams;
  const one = (name: string) => {
    const value = query[name];
    return typeof value === "string" ? value : null;
  };
  return (
    <SignInPage wanted={one("return")} trouble={whyNotSignedIn(one("refused"), one("error"))} />
  );
}
