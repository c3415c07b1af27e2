import type { Metadata } from "next";
import { PeoplePage } from "./people-page.tsx";

export const metadata: Metadata = { title: "People and keys" };

export default function Page() {
  return <PeoplePage />;
}
