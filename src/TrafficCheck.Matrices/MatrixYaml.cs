namespace TrafficCheck.Matrices;

/// <summary>The YAML form of a matrix.</summary>
public static class MatrixYaml
{
    public const string Schema = "trafficcheck-matrix/1";
}
