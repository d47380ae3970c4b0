export const dynamic = "force-dynamic";

export default function Page() {
  return <h1>{`first ${process.pid}`}</h1>;
}
