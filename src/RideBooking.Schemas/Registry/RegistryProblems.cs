using Microsoft.AspNetCore.Http.HttpResults;
using RideBooking.Platform.Http.Problems;

namespace RideBooking.Schemas.Registry;

/// <summary>
/// The registry's problems. Each also has the members <c>error_code</c> and <c>message</c>, by which clients of Confluent's
/// registry know it.
/// </summary>
internal static class RegistryProblems
{
    public const string SubjectNotFound = "subject_not_found";
    public const string VersionNotFound = "version_not_found";
    public const string SchemaNotFound = "schema_not_found";
    public const string InvalidSchema = "invalid_schema";
    public const string InvalidVersion = "invalid_version";
    public const string ReadOnlyRegistry = "read_only_registry";

    public static ProblemHttpResult NoSuchSubject(string subject) =>
        Of(40401, SubjectNotFound, $"There is no event '{subject}'.");

    public static ProblemHttpResult NoSuchVersion(string subject, int version) =>
        Of(40402, VersionNotFound, $"{subject} has no version {version}.");

    public static ProblemHttpResult NoSuchSchema(string detail) => Of(40403, SchemaNotFound, detail);

    public static ProblemHttpResult Invalid(string detail) => Of(42201, InvalidSchema, detail);

    public static ProblemHttpResult NoNumber(string version) =>
        Of(42202, InvalidVersion, $"'{version}' is no version: it must be a number from 1, or 'latest'.");

    public static ProblemHttpResult ReadOnly(string subject) =>
        Of(
            42205,
            ReadOnlyRegistry,
            $"The schemas are part of the program, so no schema can be registered at run time. Add a version of {subject} "
                + "as a record in RideBooking.Contracts (docs/schemas.md); the next release has its schema."
        );

    // The first three digits of Confluent's codes are the HTTP status.
    static ProblemHttpResult Of(int errorCode, string code, string detail) =>
        Problem.Of(errorCode / 100, code, detail, ("error_code", errorCode), ("message", detail));
}
