using System.Reflection;
using System.Runtime.ExceptionServices;
using System.Runtime.Loader;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace RideBooking.Tests.Operations.FailedMessages;

/// <summary>Compiles an exported test as the tests' project would, and runs it.</summary>
internal static class ExportedTest
{
    // The modules show their internals to this assembly.
    static readonly string s_assembly = typeof(ExportedTest).Assembly.GetName().Name!;

    static readonly IReadOnlyList<MetadataReference> s_references =
    [
        .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!)
            .Split(Path.PathSeparator)
            .Where(file => Path.GetFileNameWithoutExtension(file) != s_assembly)
            .Select(file => MetadataReference.CreateFromFile(file)),
    ];

    /// <summary>Runs the only test in the file.</summary>
    /// <exception cref="Testing.SagaLabException">The test fails.</exception>
    public static async Task Run(string source)
    {
        using var compiled = new MemoryStream();
        var result = CSharpCompilation
            .Create(
                s_assembly,
                [CSharpSyntaxTree.ParseText(source, new CSharpParseOptions(LanguageVersion.Latest))],
                s_references,
                new CSharpCompilationOptions(
                    OutputKind.DynamicallyLinkedLibrary,
                    nullableContextOptions: NullableContextOptions.Enable,
                    // As every build has it: a package was built for an earlier version of the framework.
                    specificDiagnosticOptions:
                    [
                        new("CS1701", ReportDiagnostic.Suppress),
                        new("CS1702", ReportDiagnostic.Suppress),
                    ]
                )
            )
            .Emit(compiled);
        result
            .Diagnostics.Where(found => found.Severity >= DiagnosticSeverity.Warning)
            .Select(found => $"{found}")
            .ShouldBeEmpty(source);
        compiled.Position = 0;
        var context = new AssemblyLoadContext("exported", isCollectible: true);
        try
        {
            var test = context.LoadFromStream(compiled).GetExportedTypes().Single();
            var method = test.GetMethods().Single(found => found.IsDefined(typeof(FactAttribute)));
            await (Task)method.Invoke(Activator.CreateInstance(test), null)!;
        }
        catch (TargetInvocationException exception) when (exception.InnerException is { } inner)
        {
            ExceptionDispatchInfo.Throw(inner);
        }
        finally
        {
            context.Unload();
        }
    }
}
