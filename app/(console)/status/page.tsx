import type { Metadata } from "next";
import { StatusPage } from "./status-page.tsx";

export const metadata: Metadata = { title: "Status" };

export default function Page() {
  return <StatusPage />;
}
